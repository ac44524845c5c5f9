"""Fills an AWS emulator through boto3, then prints as JSON what boto3 sees: an independent eye for other-emulator.test.ts."""

import json
import sys

import boto3

endpoint = sys.argv[1]
HUB_ACCOUNT = "123456789012"
MEMBERS = {"222233334444": ["us-east-1", "eu-west-1"], "555566667777": ["us-east-1"]}


def client(service, region="us-east-1", **keys):
    keys = keys or {"aws_access_key_id": "AKIAEXAMPLEEXAMPLE12", "aws_secret_access_key": "any"}
    return boto3.client(service, region_name=region, endpoint_url=endpoint, **keys)


iam = client("iam")
iam.create_user(UserName="hub")
key = iam.create_access_key(UserName="hub")["AccessKey"]
hub = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

seen = []
for account, regions in MEMBERS.items():
    role = f"arn:aws:iam::{account}:role/Reader"
    session = client("sts", **hub).assume_role(RoleArn=role, RoleSessionName="boto3")["Credentials"]
    member = {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    for region in regions:
        ec2 = client("ec2", region, **member)
        image = ec2.describe_images()["Images"][0]["ImageId"]
        for number in range(3):
            tags = [{"Key": "Name", "Value": f"{account}-{number}"}, {"Key": "team", "Value": "a & b <c>"}]
            ec2.run_instances(
                ImageId=image,
                MinCount=1,
                MaxCount=2,
                InstanceType="t3.micro",
                TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
            )
        first = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
        ec2.stop_instances(InstanceIds=[first])
    for region in [one["RegionName"] for one in client("ec2", **member).describe_regions()["Regions"]]:
        if region.startswith(("us-gov-", "cn-")):
            continue
        ec2 = client("ec2", region, **member)
        for page in ec2.get_paginator("describe_instances").paginate():
            for reservation in page["Reservations"]:
                for instance in reservation["Instances"]:
                    of = {name: reservation[name] for name in ("ReservationId", "OwnerId", "RequesterId") if name in reservation}
                    seen.append({"account": account, "region": region, "instance": {**instance, **of}})

print(
    json.dumps(
        {
            "hub": {"accountId": HUB_ACCOUNT, "accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]},
            "members": list(MEMBERS),
            "seen": seen,
        },
        default=lambda moment: moment.isoformat(),
    )
)
