"""Puts one of each resource into an AWS emulator through boto3, then prints as JSON what boto3 lists, by asset type."""

import io
import json
import sys
import zipfile

import boto3

endpoint = sys.argv[1]
ACCOUNT = "222233334444"
REGION = "us-east-1"


def client(service, **keys):
    keys = keys or {"aws_access_key_id": "AKIAEXAMPLEEXAMPLE12", "aws_secret_access_key": "any"}
    return boto3.client(service, region_name=REGION, endpoint_url=endpoint, **keys)


got = client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/Reader", RoleSessionName="boto3")["Credentials"]
member = {
    "aws_access_key_id": got["AccessKeyId"],
    "aws_secret_access_key": got["SecretAccessKey"],
    "aws_session_token": got["SessionToken"],
}
aws = {
    name: client(name, **member)
    for name in "autoscaling cloudfront dynamodb ec2 ecs eks elb elbv2 iam kms lambda logs rds s3 sagemaker sns sqs".split()
}
TAGS = [{"Key": "Owner", "Value": "a & b <c>"}]
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]})

ec2 = aws["ec2"]
subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
image = ec2.describe_images()["Images"][0]["ImageId"]
instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")["Instances"][0]["InstanceId"]
ec2.create_image(InstanceId=instance, Name="own")
volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=10, TagSpecifications=[{"ResourceType": "volume", "Tags": TAGS}])["VolumeId"]
ec2.create_snapshot(VolumeId=volume, Description="own")
ec2.allocate_address(Domain="vpc")
gateway = ec2.create_internet_gateway(TagSpecifications=[{"ResourceType": "internet-gateway", "Tags": TAGS}])
ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)
ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway")
aws["elb"].create_load_balancer(LoadBalancerName="old", Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}], AvailabilityZones=[f"{REGION}a"], Tags=TAGS)
balancer = aws["elbv2"].create_load_balancer(Name="new", Subnets=subnets[:2], Tags=TAGS, Type="network")["LoadBalancers"][0]["LoadBalancerArn"]
ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[balancer])
aws["autoscaling"].create_launch_configuration(LaunchConfigurationName="lc", ImageId=image, InstanceType="t3.micro")
aws["autoscaling"].create_auto_scaling_group(AutoScalingGroupName="group", LaunchConfigurationName="lc", MinSize=0, MaxSize=1, AvailabilityZones=[f"{REGION}a"], Tags=[{**TAGS[0], "PropagateAtLaunch": True}])
iam = aws["iam"]
iam.create_user(UserName="someone", Tags=TAGS)
iam.create_access_key(UserName="someone")
iam.put_user_policy(UserName="someone", PolicyName="inline", PolicyDocument=POLICY)
iam.create_group(GroupName="people")
iam.add_user_to_group(GroupName="people", UserName="someone")
role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST, Tags=TAGS)["Role"]["Arn"]
iam.create_policy(PolicyName="own", PolicyDocument=POLICY)
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("index.py", "def handler(event, context): pass")
aws["lambda"].create_function(FunctionName="work", Runtime="python3.13", Role=role, Handler="index.handler", Code={"ZipFile": code.getvalue()}, Tags={"Owner": "a"}, Environment={"Variables": {"SECRET": "not for the inventory"}})
aws["rds"].create_db_instance(DBInstanceIdentifier="orders", DBInstanceClass="db.t3.micro", Engine="postgres", MasterUsername="admin1", MasterUserPassword="not for the inventory", AllocatedStorage=20, Tags=TAGS)
s3 = aws["s3"]
s3.create_bucket(Bucket="orders-bucket")
s3.create_bucket(Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
s3.put_bucket_tagging(Bucket="orders-bucket", Tagging={"TagSet": TAGS})
s3.put_bucket_policy(Bucket="orders-bucket", Policy=POLICY)
aws["eks"].create_cluster(name="cluster", roleArn=role, resourcesVpcConfig={"subnetIds": subnets[:2]}, tags={"Owner": "a"})
aws["eks"].create_nodegroup(clusterName="cluster", nodegroupName="nodes", subnets=subnets[:2], nodeRole=role)
aws["eks"].create_fargate_profile(clusterName="cluster", fargateProfileName="fargate", podExecutionRoleArn=role, selectors=[{"namespace": "a"}])
aws["ecs"].create_cluster(clusterName="cluster", tags=[{"key": "Owner", "value": "a"}])
aws["ecs"].register_task_definition(family="task", containerDefinitions=[{"name": "a", "image": "b", "memory": 128}])
aws["ecs"].create_service(cluster="cluster", serviceName="web", taskDefinition="task", desiredCount=0)
aws["dynamodb"].create_table(TableName="orders", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST", Tags=TAGS)
aws["sqs"].create_queue(QueueName="orders", tags={"Owner": "a"})
aws["sns"].create_topic(Name="orders", Tags=TAGS)
key = aws["kms"].create_key(Description="orders", Tags=[{"TagKey": "Owner", "TagValue": "a"}])["KeyMetadata"]["KeyId"]
aws["kms"].create_alias(AliasName="alias/orders", TargetKeyId=key)
origin = {"Id": "o", "DomainName": "a.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "MinTTL": 0, "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}
aws["cloudfront"].create_distribution(DistributionConfig={"CallerReference": "x", "Comment": "shop", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]}, "DefaultCacheBehavior": behaviour})
aws["sagemaker"].create_notebook_instance(NotebookInstanceName="notebook", InstanceType="ml.t3.medium", RoleArn=role, Tags=TAGS)
aws["logs"].create_log_group(logGroupName="/orders", tags={"Owner": "a"})


def pages(service, operation, field, **how):
    return [one for page in aws[service].get_paginator(operation).paginate(**how) for one in page.get(field, [])]


def tags(pairs, key="Key", value="Value"):
    return {pair[key]: pair[value] for pair in pairs or []}


def listed(items, id_of, tags_of=lambda one: tags(one.get("Tags")), attributes=lambda one: one):
    return [{"id": id_of(one), "tags": tags_of(one), "attributes": attributes(one)} for one in items]


def ec2_listed(operation, field, id_field, **how):
    return listed(pages("ec2", operation, field, **how), lambda one: one[id_field])


clusters = pages("eks", "list_clusters", "clusters")
ecs_clusters = aws["ecs"].describe_clusters(clusters=pages("ecs", "list_clusters", "clusterArns"), include=["TAGS"])["clusters"]
details = aws["iam"].get_account_authorization_details()
seen = {
    "AWS::EC2::VPC": ec2_listed("describe_vpcs", "Vpcs", "VpcId"),
    "AWS::EC2::Subnet": ec2_listed("describe_subnets", "Subnets", "SubnetId"),
    "AWS::EC2::Volume": ec2_listed("describe_volumes", "Volumes", "VolumeId"),
    "AWS::EC2::SecurityGroup": ec2_listed("describe_security_groups", "SecurityGroups", "GroupId"),
    "AWS::EC2::RouteTable": ec2_listed("describe_route_tables", "RouteTables", "RouteTableId"),
    "AWS::EC2::InternetGateway": ec2_listed("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "AWS::EC2::NetworkAcl": ec2_listed("describe_network_acls", "NetworkAcls", "NetworkAclId"),
    "AWS::EC2::VPCEndpoint": ec2_listed("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "AWS::EC2::VPCEndpointService": ec2_listed("describe_vpc_endpoint_service_configurations", "ServiceConfigurations", "ServiceId"),
    "AWS::EC2::EIP": listed(ec2.describe_addresses()["Addresses"], lambda one: one["AllocationId"]),
    "AWS::EC2::Image": ec2_listed("describe_images", "Images", "ImageId", Owners=["self"]),
    # moto gives everybody's, whatever owner is asked for.
    "AWS::EC2::Snapshot": listed([one for one in pages("ec2", "describe_snapshots", "Snapshots") if one["OwnerId"] == ACCOUNT], lambda one: one["SnapshotId"]),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": listed(pages("elbv2", "describe_load_balancers", "LoadBalancers"), lambda one: one["LoadBalancerArn"], lambda _: tags(TAGS)),
    "AWS::ElasticLoadBalancing::LoadBalancer": listed(pages("elb", "describe_load_balancers", "LoadBalancerDescriptions"), lambda one: one["LoadBalancerName"], lambda _: tags(TAGS)),
    "AWS::AutoScaling::AutoScalingGroup": listed(pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"), lambda one: one["AutoScalingGroupName"]),
    "AWS::Lambda::Function": listed(pages("lambda", "list_functions", "Functions"), lambda one: one["FunctionName"], lambda _: {"Owner": "a"}),
    "AWS::RDS::DBInstance": listed(pages("rds", "describe_db_instances", "DBInstances"), lambda one: one["DBInstanceIdentifier"], lambda one: tags(one["TagList"])),
    "AWS::S3::Bucket": listed(s3.list_buckets()["Buckets"], lambda one: one["Name"], lambda one: tags(TAGS) if one["Name"] == "orders-bucket" else {}),
    "AWS::IAM::User": listed(details["UserDetailList"], lambda one: one["UserName"], attributes=lambda one: {"UserId": one["UserId"], "Arn": one["Arn"]}),
    "AWS::IAM::Group": listed(details["GroupDetailList"], lambda one: one["GroupName"], attributes=lambda one: {"GroupId": one["GroupId"]}),
    "AWS::IAM::Role": listed(details["RoleDetailList"], lambda one: one["RoleName"], attributes=lambda one: {"RoleId": one["RoleId"], "Arn": one["Arn"]}),
    "AWS::IAM::ManagedPolicy": listed([one for one in details["Policies"] if f":{ACCOUNT}:" in one["Arn"]], lambda one: one["Arn"], lambda _: {}, lambda one: {"Path": one["Path"]}),
    "AWS::EKS::Cluster": listed([aws["eks"].describe_cluster(name=name)["cluster"] for name in clusters], lambda one: one["name"], lambda one: one.get("tags", {})),
    "AWS::EKS::Nodegroup": listed([aws["eks"].describe_nodegroup(clusterName="cluster", nodegroupName=name)["nodegroup"] for name in pages("eks", "list_nodegroups", "nodegroups", clusterName="cluster")], lambda one: f"cluster/{one['nodegroupName']}", lambda one: one.get("tags", {})),
    "AWS::EKS::FargateProfile": listed([aws["eks"].describe_fargate_profile(clusterName="cluster", fargateProfileName=name)["fargateProfile"] for name in pages("eks", "list_fargate_profiles", "fargateProfileNames", clusterName="cluster")], lambda one: f"cluster/{one['fargateProfileName']}", lambda one: one.get("tags", {})),
    "AWS::ECS::Cluster": listed(ecs_clusters, lambda one: one["clusterArn"], lambda one: tags(one.get("tags"), "key", "value"), lambda one: {"clusterName": one["clusterName"]}),
    "AWS::ECS::Service": listed(pages("ecs", "list_services", "serviceArns", cluster="cluster"), lambda one: one, lambda _: {}, lambda one: {"serviceArn": one}),
    "AWS::DynamoDB::Table": listed([aws["dynamodb"].describe_table(TableName=name)["Table"] for name in pages("dynamodb", "list_tables", "TableNames")], lambda one: one["TableName"], lambda _: tags(TAGS)),
    "AWS::SQS::Queue": listed(pages("sqs", "list_queues", "QueueUrls"), lambda one: one, lambda _: {"Owner": "a"}, lambda one: {"QueueUrl": one}),
    "AWS::SNS::Topic": listed(pages("sns", "list_topics", "Topics"), lambda one: one["TopicArn"], lambda _: tags(TAGS)),
    "AWS::KMS::Key": listed([aws["kms"].describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in pages("kms", "list_keys", "Keys")], lambda one: one["KeyId"], lambda one: {"Owner": "a"} if one["KeyId"] == key else {}),
    "AWS::CloudFront::Distribution": listed(aws["cloudfront"].list_distributions()["DistributionList"]["Items"], lambda one: one["Id"], lambda _: {}, lambda one: {"ARN": one["ARN"], "DomainName": one["DomainName"]}),
    "AWS::SageMaker::NotebookInstance": listed([aws["sagemaker"].describe_notebook_instance(NotebookInstanceName=one["NotebookInstanceName"]) for one in pages("sagemaker", "list_notebook_instances", "NotebookInstances")], lambda one: one["NotebookInstanceName"], lambda _: tags(TAGS), lambda one: {name: one[name] for name in ("NotebookInstanceArn", "InstanceType", "RoleArn")}),
    "AWS::Logs::LogGroup": listed(pages("logs", "describe_log_groups", "logGroups"), lambda one: one["logGroupName"], lambda _: {"Owner": "a"}),
}
print(json.dumps({"credentials": got, "accountId": ACCOUNT, "seen": seen}, default=lambda moment: moment.isoformat()))
