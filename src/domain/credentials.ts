/**
 * What is acted as in a hub, without its secret. All kinds but the access key are keyless: their credentials are those of
 * a role and end after some hours, so what they assume is chained and lives one hour at most.
 */
export type CredentialsSource = AccessKeySource | KeylessSource;

export interface AccessKeySource {
  readonly kind: 'access-key';
  readonly accessKeyId: string;
}

export type KeylessSource =
  /** The role of the EC2 instance that Causeway runs on. */
  | { readonly kind: 'instance-profile' }
  /** The role of the ECS task or the EKS pod that Causeway runs in. */
  | { readonly kind: 'container-role' }
  /** A role that the OpenID Connect token in a file is exchanged for. */
  | WebIdentitySource;

export interface WebIdentitySource {
  readonly kind: 'web-identity';
  readonly roleArn: string;
  readonly tokenFile: string;
}

export type CredentialsKind = CredentialsSource['kind'];

export const CREDENTIALS_KINDS = [
  'access-key',
  'instance-profile',
  'container-role',
  'web-identity',
] as const satisfies readonly CredentialsKind[];
