-- Instance types, Availability Zones, keys, policies and other properties that queries want are shared facts from now on, and
-- looked for as such; what is stored gets them here, for most of it is not written again. Takes about 0.3 ms for each asset of
-- these types, in one transaction: five minutes for a million, in which runs wait.
create temporary table places (asset_type text, path jsonpath) on commit drop;
insert into places values
    ('AWS::EC2::Instance', '$."instanceType"[*]'),
    ('AWS::EC2::Instance', '$."placement"[*]."availabilityZone"[*]'),
    ('AWS::EC2::Instance', '$."architecture"[*]'),
    ('AWS::EC2::Instance', '$."platformDetails"[*]'),
    ('AWS::EC2::Instance', '$."keyName"[*]'),
    ('AWS::EC2::Instance', '$."securityGroups"[*]."groupName"[*]'),
    ('AWS::EC2::Instance', '$."iamInstanceProfile"[*]."arn"[*]'),
    ('AWS::EC2::Subnet', '$."availabilityZone"[*]'),
    ('AWS::EC2::Volume', '$."volumeType"[*]'),
    ('AWS::EC2::Volume', '$."availabilityZone"[*]'),
    ('AWS::EC2::Volume', '$."kmsKeyId"[*]'),
    ('AWS::EC2::SecurityGroup', '$."ipPermissions"[*]."userIdGroupPairs"[*]."groupId"[*]'),
    ('AWS::EC2::Snapshot', '$."kmsKeyId"[*]'),
    ('AWS::AutoScaling::AutoScalingGroup', '$."launchConfigurationName"[*]'),
    ('AWS::AutoScaling::AutoScalingGroup', '$."availabilityZones"[*]'),
    ('AWS::Lambda::Function', '$."runtime"[*]'),
    ('AWS::Lambda::Function', '$."kMSKeyArn"[*]'),
    ('AWS::RDS::DBInstance', '$."engine"[*]'),
    ('AWS::RDS::DBInstance', '$."engineVersion"[*]'),
    ('AWS::RDS::DBInstance', '$."dBInstanceClass"[*]'),
    ('AWS::RDS::DBInstance', '$."availabilityZone"[*]'),
    ('AWS::RDS::DBInstance', '$."kmsKeyId"[*]'),
    ('AWS::S3::Bucket', '$."bucketRegion"[*]'),
    ('AWS::S3::Bucket', '$."encryption"[*]."rules"[*]."applyServerSideEncryptionByDefault"[*]."kMSMasterKeyID"[*]'),
    ('AWS::IAM::User', '$."attachedManagedPolicies"[*]."policyName"[*]'),
    ('AWS::IAM::Group', '$."attachedManagedPolicies"[*]."policyName"[*]'),
    ('AWS::IAM::Role', '$."attachedManagedPolicies"[*]."policyName"[*]'),
    ('AWS::EKS::Cluster', '$."version"[*]'),
    ('AWS::EKS::Nodegroup', '$."version"[*]'),
    ('AWS::EKS::Nodegroup', '$."instanceTypes"[*]'),
    ('AWS::DynamoDB::Table', '$."sSEDescription"[*]."kMSMasterKeyArn"[*]'),
    ('AWS::SQS::Queue', '$."attributes"[*]."kmsMasterKeyId"[*]'),
    ('AWS::SNS::Topic', '$."attributes"[*]."kmsMasterKeyId"[*]'),
    ('AWS::CloudFront::Distribution', '$."webACLId"[*]'),
    ('AWS::SageMaker::NotebookInstance', '$."instanceType"[*]'),
    ('AWS::SageMaker::NotebookInstance', '$."kmsKeyId"[*]'),
    ('AWS::Logs::LogGroup', '$."kmsKeyId"[*]');

-- What is counted stays as it is. What is too long to be shared, or could be taken for a unique id, is the asset's own.
alter table assets disable trigger assets_count_changed;
with told as (
  select a.id, lower(value #>> '{}') as fact
  from assets a
    cross join lateral (select a.attributes::jsonb as fields offset 0) read
    join places p on p.asset_type = a.asset_type
    cross join lateral jsonb_path_query(read.fields, p.path) value
  where jsonb_typeof(value) in ('string', 'number', 'boolean') and value #>> '{}' <> ''
),
added as (
  select id, array_agg(distinct fact) filter (where is_shared) as shared,
    string_agg(distinct fact, E'\n') filter (where not is_shared) as own
  from told cross join lateral (
    select length(fact) <= 800 and fact !~ E'\n|^(?:eni|i)-(?:[0-9a-f]{17}|[0-9a-f]{8})$' as is_shared
  ) kind
  group by id
)
update assets a
set search = concat_ws(E'\n', nullif(a.search, ''), added.own),
  shared_facts = nullif(array(select distinct fact from unnest(a.shared_facts || added.shared::text[]) fact), '{}')
from added where added.id = a.id;
alter table assets enable trigger assets_count_changed;

-- Without the unique ids, which are in no table (src/domain/aws-id.ts).
insert into shared_facts
select distinct fact from assets cross join unnest(shared_facts) fact
where fact !~ '^(?:eni|i)-(?:[0-9a-f]{17}|[0-9a-f]{8})$'
on conflict do nothing;
