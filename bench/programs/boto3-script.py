"""The same script as sdk-script.ts, as one writes it with boto3: 32 threads, a session per account, its paginators.

Rows are written when psycopg or psycopg2 is installed; without either it reads only, and says so, which flatters it.
Speaks as serve-syncs.ts does; each answer also has what was read: the number of instances and their checksum.
"""

import hashlib
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

CONCURRENCY = 32

try:
    import psycopg as driver
except ImportError:
    try:
        import psycopg2 as driver
    except ImportError:
        driver = None

settings = json.loads(sys.argv[1])
endpoint, home_region = settings["endpoint"], settings["homeRegion"]
local = threading.local()


def client(session, service, region):
    return session.client(service, region_name=region, endpoint_url=endpoint, config=Config(max_pool_connections=10))


def open_account(sts, member):
    answer = sts.assume_role(RoleArn=member["roleArn"], ExternalId=member["externalId"], RoleSessionName="inventory")
    credentials = answer["Credentials"]
    session = boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    ec2 = client(session, "ec2", home_region)
    regions = [region["RegionName"] for region in ec2.describe_regions()["Regions"]]
    # Making a client is not thread-safe within a session, so an account's clients are made together, by one thread.
    return [(member["accountId"], region, client(session, "ec2", region)) for region in regions]


def sync_region(pair, started):
    account, region, ec2 = pair
    count, checksum = 0, 0
    for page in ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 1000}):
        instances = [instance for one in page["Reservations"] for instance in one["Instances"]]
        rows = [row_of(instance) for instance in instances]
        if driver and rows:
            upsert(account, region, rows)
        for row in rows:
            text = f"{account}/{region}/{row['id']}" + ("/terminated" if row["state"] == "terminated" else "")
            count, checksum = count + 1, checksum + int.from_bytes(hashlib.md5(text.encode()).digest()[:4], "big")
    if driver:
        execute(
            "delete from boto3_instances where account_id = %s and region = %s and synced_at < to_timestamp(%s)",
            (account, region, started),
        )
    return count, checksum


def row_of(instance):
    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
    facts = [instance["InstanceId"], tags.get("Name"), instance.get("PrivateIpAddress"), instance.get("PublicIpAddress")]
    facts += [instance.get("PrivateDnsName"), instance.get("VpcId"), instance.get("SubnetId")]
    return {
        "id": instance["InstanceId"],
        "name": tags.get("Name"),
        "state": instance["State"]["Name"],
        "tags": tags,
        "attributes": instance,
        "search": "\n".join(fact for fact in facts if fact).lower(),
    }


def upsert(account, region, rows):
    execute(
        """insert into boto3_instances (account_id, region, instance_id, name, state, tags, attributes, search, synced_at)
        select %s, %s, id, name, state, tags, attributes, search, now()
        from jsonb_to_recordset(%s::jsonb)
          as i(id text, name text, state text, tags jsonb, attributes jsonb, search text)
        on conflict (account_id, region, instance_id) do update set name = excluded.name, state = excluded.state,
          tags = excluded.tags, attributes = excluded.attributes, search = excluded.search,
          synced_at = excluded.synced_at""",
        (account, region, json.dumps(rows, default=str)),
    )


def execute(sql, values=None):
    """A connection per thread, kept."""
    if not hasattr(local, "connection"):
        local.connection = driver.connect(settings["connectionString"])
        local.connection.autocommit = True
    with local.connection.cursor() as cursor:
        cursor.execute(sql, values)


def sync():
    started = time.time()
    sts = boto3.client(
        "sts",
        region_name=home_region,
        endpoint_url=endpoint,
        config=Config(max_pool_connections=CONCURRENCY),
        aws_access_key_id=settings["hub"]["accessKeyId"],
        aws_secret_access_key=settings["hub"]["secretAccessKey"],
    )
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        accounts = pool.map(lambda member: open_account(sts, member), settings["members"])
        pairs = [pair for account in accounts for pair in account]
        counts = list(pool.map(lambda pair: sync_region(pair, started), pairs))
    return [sum(column) for column in zip(*counts)]


if driver:
    execute(
        """create table if not exists boto3_instances (
          account_id text, region text, instance_id text, name text, state text, tags jsonb not null,
          attributes jsonb not null, search text not null, synced_at timestamptz not null,
          primary key (account_id, region, instance_id));
        create index if not exists boto3_instances_name on boto3_instances (name, instance_id);
        create index if not exists boto3_instances_id on boto3_instances (instance_id text_pattern_ops);
        create index if not exists boto3_instances_tags on boto3_instances using gin (tags jsonb_path_ops);
        create index if not exists boto3_instances_search on boto3_instances using gin (search gin_trgm_ops);"""
    )
print("ready", flush=True)
for _ in sys.stdin:
    began = time.monotonic()
    instances, checksum = sync()
    seconds = time.monotonic() - began
    answer = {"seconds": seconds, "instances": instances, "checksum": str(checksum), "writes": driver is not None}
    print(json.dumps(answer), flush=True)
