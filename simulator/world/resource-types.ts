import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { DistributionSummary, LoggingConfig } from '@aws-sdk/client-cloudfront';
import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type {
  Address,
  Image,
  InternetGateway,
  NetworkAcl,
  RouteTable,
  SecurityGroup,
  ServiceConfiguration,
  Snapshot,
  Volume,
  VpcEndpoint,
} from '@aws-sdk/client-ec2';
import type { Cluster as EcsCluster, Service as EcsService } from '@aws-sdk/client-ecs';
import type { Cluster as EksCluster, FargateProfile, Nodegroup } from '@aws-sdk/client-eks';
import type { LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing';
import type { Listener, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type {
  AccessKeyMetadata,
  GroupDetail,
  ManagedPolicyDetail,
  MFADevice,
  RoleDetail,
  UserDetail,
} from '@aws-sdk/client-iam';
import type { AliasListEntry, KeyListEntry, KeyMetadata } from '@aws-sdk/client-kms';
import type { AliasConfiguration, FunctionConfiguration, FunctionUrlConfig } from '@aws-sdk/client-lambda';
import type { DBInstance } from '@aws-sdk/client-rds';
import type {
  Bucket,
  Grant,
  Owner,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
} from '@aws-sdk/client-s3';
import type { DescribeNotebookInstanceOutput } from '@aws-sdk/client-sagemaker';
import type { Topic } from '@aws-sdk/client-sns';

interface Tagged {
  Tags?: { Key: string; Value: string }[];
}

/**
 * What an account can have besides instances, VPCs and subnets, by CloudFormation's name of the type: all that AWS's
 * operations tell of a resource, in one object. An answer has the members that its own shape has.
 */
export interface ResourceTypes {
  'AWS::AutoScaling::AutoScalingGroup': AutoScalingGroup;
  'AWS::CloudFront::Distribution': DistributionSummary &
    Tagged & { Logging?: LoggingConfig; DefaultRootObject?: string };
  'AWS::DynamoDB::Table': TableDescription & Tagged;
  'AWS::EC2::EIP': Address;
  'AWS::EC2::Image': Image;
  'AWS::EC2::InternetGateway': InternetGateway;
  'AWS::EC2::NetworkAcl': NetworkAcl;
  'AWS::EC2::RouteTable': RouteTable;
  'AWS::EC2::SecurityGroup': SecurityGroup;
  'AWS::EC2::Snapshot': Snapshot;
  'AWS::EC2::Volume': Volume;
  'AWS::EC2::VPCEndpoint': VpcEndpoint;
  'AWS::EC2::VPCEndpointService': ServiceConfiguration;
  'AWS::ECS::Cluster': EcsCluster;
  'AWS::ECS::Service': EcsService;
  'AWS::EKS::Cluster': EksCluster;
  'AWS::EKS::FargateProfile': FargateProfile;
  'AWS::EKS::Nodegroup': Nodegroup;
  'AWS::ElasticLoadBalancing::LoadBalancer': LoadBalancerDescription & Tagged;
  'AWS::ElasticLoadBalancingV2::LoadBalancer': LoadBalancer & Tagged & { Listeners?: Listener[] };
  'AWS::IAM::Group': GroupDetail;
  'AWS::IAM::ManagedPolicy': ManagedPolicyDetail & { DefaultDocument?: string };
  'AWS::IAM::Role': RoleDetail;
  'AWS::IAM::User': UserDetail & {
    AccessKeys?: AccessKeyMetadata[];
    MFADevices?: MFADevice[];
    PasswordEnabled?: boolean;
    PasswordLastUsed?: Date;
  };
  'AWS::KMS::Key': KeyListEntry &
    Partial<KeyMetadata> & { Aliases?: AliasListEntry[]; Tags?: { TagKey: string; TagValue: string }[] };
  'AWS::Lambda::Function': FunctionConfiguration & {
    Policy?: string;
    Aliases?: AliasConfiguration[];
    FunctionUrlConfigs?: FunctionUrlConfig[];
    Tags?: Record<string, string>;
  };
  'AWS::Logs::LogGroup': LogGroup & { Tags?: Record<string, string> };
  'AWS::RDS::DBInstance': DBInstance;
  'AWS::S3::Bucket': Bucket &
    Tagged & {
      Policy?: string;
      Owner?: Owner;
      Grants?: Grant[];
      PublicAccessBlock?: PublicAccessBlockConfiguration;
      Versioning?: 'Enabled' | 'Suspended' | 'Off';
      Encryption?: ServerSideEncryptionConfiguration;
    };
  'AWS::SageMaker::NotebookInstance': DescribeNotebookInstanceOutput & Tagged;
  'AWS::SNS::Topic': Topic & Tagged & { Attributes?: Record<string, string> };
  'AWS::SQS::Queue': { QueueUrl: string; Attributes?: Record<string, string>; Tags?: Record<string, string> };
}

export type ResourceType = keyof ResourceTypes;

/** Of services that are one for all regions: their resources are in the region `global` here. */
export const GLOBAL_TYPES: ReadonlySet<string> = new Set([
  'AWS::CloudFront::Distribution',
  'AWS::IAM::Group',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Role',
  'AWS::IAM::User',
  'AWS::S3::Bucket',
]);
