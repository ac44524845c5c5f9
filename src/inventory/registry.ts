import { autoScalingGroup } from './auto-scaling-group.ts';
import { cloudfrontDistribution } from './cloudfront-distribution.ts';
import type { AssetType } from './define.ts';
import { dynamodbTable } from './dynamodb-table.ts';
import { ec2ElasticIp } from './ec2-elastic-ip.ts';
import { ec2Image } from './ec2-image.ts';
import { ec2Instance } from './ec2-instance.ts';
import { ec2InternetGateway } from './ec2-internet-gateway.ts';
import { ec2NetworkAcl } from './ec2-network-acl.ts';
import { ec2RouteTable } from './ec2-route-table.ts';
import { ec2SecurityGroup } from './ec2-security-group.ts';
import { ec2Snapshot } from './ec2-snapshot.ts';
import { ec2Subnet } from './ec2-subnet.ts';
import { ec2Volume } from './ec2-volume.ts';
import { ec2Vpc } from './ec2-vpc.ts';
import { ec2VpcEndpoint } from './ec2-vpc-endpoint.ts';
import { ec2VpcEndpointService } from './ec2-vpc-endpoint-service.ts';
import { ecsCluster } from './ecs-cluster.ts';
import { ecsService } from './ecs-service.ts';
import { eksCluster } from './eks-cluster.ts';
import { eksFargateProfile } from './eks-fargate-profile.ts';
import { eksNodegroup } from './eks-nodegroup.ts';
import { iamGroup } from './iam-group.ts';
import { iamPolicy } from './iam-policy.ts';
import { iamRole } from './iam-role.ts';
import { iamUser } from './iam-user.ts';
import { kmsKey } from './kms-key.ts';
import { lambdaFunction } from './lambda-function.ts';
import { loadBalancerClassic } from './load-balancer-classic.ts';
import { loadBalancerV2 } from './load-balancer-v2.ts';
import { logGroup } from './log-group.ts';
import { rdsInstance } from './rds-instance.ts';
import { s3Bucket } from './s3-bucket.ts';
import { sagemakerNotebook } from './sagemaker-notebook.ts';
import { snsTopic } from './sns-topic.ts';
import { sqsQueue } from './sqs-queue.ts';

/** Every asset type that Causeway reads, in the order in which runs read them and screens list them. */
export const ASSET_TYPES: readonly AssetType[] = [
  ec2Instance,
  ec2Vpc,
  ec2Subnet,
  ec2Volume,
  ec2SecurityGroup,
  ec2RouteTable,
  ec2InternetGateway,
  ec2NetworkAcl,
  ec2VpcEndpoint,
  ec2VpcEndpointService,
  ec2ElasticIp,
  ec2Image,
  ec2Snapshot,
  loadBalancerV2,
  loadBalancerClassic,
  autoScalingGroup,
  lambdaFunction,
  rdsInstance,
  s3Bucket,
  iamUser,
  iamGroup,
  iamRole,
  iamPolicy,
  eksCluster,
  eksNodegroup,
  eksFargateProfile,
  ecsCluster,
  ecsService,
  dynamodbTable,
  sqsQueue,
  snsTopic,
  kmsKey,
  cloudfrontDistribution,
  sagemakerNotebook,
  logGroup,
];

/** What the role of a connector must be allowed to do: to read every type, and to tell the account's regions. */
export const READ_ACTIONS: readonly string[] = [
  ...new Set([...ASSET_TYPES.flatMap(type => type.iamActions), 'ec2:DescribeRegions']),
].sort();

export function findAssetType(assetType: string): AssetType | undefined {
  return ASSET_TYPES.find(type => type.assetType === assetType);
}
