/**
 * The closed list of expected failures. API, CLI and web render the same words from here. A fault is a value; it is
 * returned, stored and shown, never thrown.
 */
export interface Fault {
  readonly code: FaultCode;
  /** What happened this time, with the values that matter and no secrets; one or two plain sentences. */
  readonly detail: string;
  /** What it is about, such as a role ARN or a region. */
  readonly subject?: string;
  /** The field of the request that is wrong, as a JSON path such as `roleArn` or `regions[2]`. */
  readonly field?: string;
  /** Overrides the catalogue's remedy where this case allows a more exact one. */
  readonly remedy?: string;
  /** What AWS answered, word for word where that helps. */
  readonly aws?: AwsAnswer;
  /** When it makes sense to try again, where that is known. */
  readonly retryAfterSeconds?: number;
}

export interface AwsAnswer {
  readonly service: string;
  readonly operation: string;
  readonly name: string;
  readonly message?: string;
  readonly status?: number;
  readonly requestId?: string;
  /** Of a denial: the IAM action that AWS named or, where it named none, the one that the call needs. */
  readonly action?: string;
}

/**
 * When trying again can help: `now` after a short back-off, `later` at the next scheduled time, `after-change` only when
 * somebody has changed something.
 */
export type Retry = 'now' | 'later' | 'after-change';

interface CatalogueRow {
  /** HTTP status when a request ends with this fault; faults that only ever appear in results have the one they would get. */
  readonly status: number;
  readonly retry: Retry;
  readonly title: string;
  readonly explanation: string;
  readonly remedy: string;
}

export const FAULTS = {
  // — input —
  'invalid-json': {
    status: 400,
    retry: 'after-change',
    title: 'The body is not a JSON object',
    explanation: 'The request body could not be read as a JSON object.',
    remedy: 'Send a JSON object with the header "Content-Type: application/json".',
  },
  'invalid-request': {
    status: 400,
    retry: 'after-change',
    title: 'Not a request that this server can read',
    explanation: 'The request breaks the rules of HTTP, or sets a condition that cannot be met.',
    remedy: 'Correct the request; a client library for HTTP gets this right by itself.',
  },
  'headers-too-large': {
    status: 431,
    retry: 'after-change',
    title: 'The address or the headers are too large',
    explanation: 'The path, the query and the headers of a request together exceed the limit of this API.',
    remedy: 'Send a shorter query and fewer or smaller headers.',
  },
  'body-too-large': {
    status: 413,
    retry: 'after-change',
    title: 'The body is too large',
    explanation: 'The request body exceeds the limit of this API.',
    remedy: 'Send a smaller body.',
  },
  'unsupported-media-type': {
    status: 415,
    retry: 'after-change',
    title: 'The body has an unsupported type',
    explanation: 'This API reads JSON only.',
    remedy: 'Send the header "Content-Type: application/json".',
  },
  'invalid-field': {
    status: 400,
    retry: 'after-change',
    title: 'A field is not valid',
    explanation: 'A field has the wrong type or a value outside its limits.',
    remedy: 'Correct the named field.',
  },
  'unknown-field': {
    status: 400,
    retry: 'after-change',
    title: 'A field is not known',
    explanation:
      'The request has a field that this resource does not have; it is refused so that a misspelling is not lost.',
    remedy: 'Remove the field or correct its name.',
  },
  'missing-field': {
    status: 400,
    retry: 'after-change',
    title: 'A field is missing',
    explanation: 'A required field is absent.',
    remedy: 'Add the named field.',
  },
  'invalid-account-id': {
    status: 400,
    retry: 'after-change',
    title: 'Not an AWS account ID',
    explanation: 'An AWS account ID is exactly twelve digits; leading zeros count.',
    remedy: 'Copy the account ID from the AWS console, without hyphens or spaces.',
  },
  'invalid-role-arn': {
    status: 400,
    retry: 'after-change',
    title: 'Not the ARN of an IAM role',
    explanation: 'A role ARN looks like arn:PARTITION:iam::ACCOUNT:role/PATH/NAME.',
    remedy: 'Copy the ARN from the role’s page in the IAM console.',
  },
  'wrong-partition': {
    status: 400,
    retry: 'after-change',
    title: 'The ARN belongs to another account type',
    explanation:
      'A principal in one AWS partition cannot be trusted in another, so the ARN’s partition must fit the account type.',
    remedy: 'Choose the account type that fits the ARN, or give the ARN of a role in that partition.',
  },
  'invalid-external-id': {
    status: 400,
    retry: 'after-change',
    title: 'Not a valid external ID',
    explanation: 'An external ID has 2 to 1,224 characters out of letters, digits and _ + = , . @ : / -.',
    remedy: 'Leave it empty to have one generated, or correct it.',
  },
  'unknown-region': {
    status: 400,
    retry: 'after-change',
    title: 'Not a region of this account type',
    explanation: 'The region’s name does not belong to the partition of the account type.',
    remedy: 'Choose regions of the account type, or leave the list out for all regions.',
  },
  'invalid-query': {
    status: 400,
    retry: 'after-change',
    title: 'The query cannot be read',
    explanation: 'A query is one or more property:value terms joined by "and".',
    remedy: 'Correct the query at the place named.',
  },
  'malformed-policy': {
    status: 400,
    retry: 'after-change',
    title: 'The trust policy cannot be read',
    explanation: 'The document is not JSON, or not a trust policy that AWS would accept for a role.',
    remedy: 'Correct the document at the place named.',
  },
  'invalid-cursor': {
    status: 400,
    retry: 'after-change',
    title: 'The cursor is not valid',
    explanation: 'A cursor is only valid as it was handed out, with the same query and sort order.',
    remedy: 'Start again without a cursor.',
  },
  'account-type-fixed': {
    status: 400,
    retry: 'after-change',
    title: 'The account type cannot be changed',
    explanation: 'A base account and a connector keep the account type they were created with.',
    remedy: 'Delete it and create another with the other account type.',
  },
  // — conflicts and absences —
  'not-found': {
    status: 404,
    retry: 'after-change',
    title: 'Not found',
    explanation: 'There is no such object, or it was deleted.',
    remedy: 'Check the id; list the objects to see which exist.',
  },
  'base-account-exists': {
    status: 409,
    retry: 'after-change',
    title: 'This account type has a base account already',
    explanation: 'There is at most one base account per account type.',
    remedy: 'Edit the existing base account, or delete it first.',
  },
  'duplicate-role-arn': {
    status: 409,
    retry: 'after-change',
    title: 'A connector for this role exists already',
    explanation: 'Each role is read by one connector.',
    remedy: 'Use the existing connector, or give another role.',
  },
  'duplicate-username': {
    status: 409,
    retry: 'after-change',
    title: 'The user name is taken',
    explanation: 'User names are unique.',
    remedy: 'Choose another name.',
  },
  'last-administrator': {
    status: 409,
    retry: 'after-change',
    title: 'The last administrator cannot go',
    explanation: 'Without an administrator nobody could manage Causeway any more.',
    remedy: 'Make somebody else an administrator first.',
  },
  'connector-disabled': {
    status: 409,
    retry: 'after-change',
    title: 'The connector is disabled',
    explanation: 'A disabled connector does not run.',
    remedy: 'Enable the connector, then run it.',
  },
  'run-in-progress': {
    status: 409,
    retry: 'later',
    title: 'The connector is running already',
    explanation: 'A connector never runs twice at once.',
    remedy: 'Wait for the run that is under way.',
  },
  'recheck-in-progress': {
    status: 409,
    retry: 'later',
    title: 'A re-check is under way already',
    explanation: 'The connectors of an account type are re-checked by one re-check at a time.',
    remedy: 'Wait for the re-check that is under way, or cancel it.',
  },
  'would-break-connectors': {
    status: 409,
    retry: 'after-change',
    title: 'Connectors would stop working',
    explanation:
      'Some connectors that work now were tried and will not work after this, or AWS did not answer whether they will.',
    remedy:
      'Read the impact, mend the trust policies it lists, or confirm with the number of connectors that will break.',
  },
  'nothing-to-roll-back': {
    status: 409,
    retry: 'after-change',
    title: 'There is nothing to go back to',
    explanation:
      'Earlier credentials of a base account are kept while a connector needs them and, after a change of its account ID, for seven days; none are kept now.',
    remedy:
      'Give the base account the credentials that it had before, as a change of its own; or, to go back to the platform account, delete it.',
  },
  'no-key-to-rotate': {
    status: 409,
    retry: 'after-change',
    title: 'There is no access key to replace',
    explanation: 'Only the access key of an IAM user can be replaced; keyless credentials renew themselves.',
    remedy: 'Nothing has to be done for keyless credentials.',
  },
  'rotation-in-progress': {
    status: 409,
    retry: 'later',
    title: 'The access key is being replaced',
    explanation: 'Meanwhile the credentials of the base account cannot be changed in another way.',
    remedy: 'Wait until the rotation is over; one that is blocked can be tried again or abandoned.',
  },
  'rotation-not-blocked': {
    status: 409,
    retry: 'after-change',
    title: 'Nothing is to be decided about the rotation',
    explanation: 'The rotation is being carried on, is over, or is past the step that this decision is about.',
    remedy: 'Read the rotation again.',
  },
  'second-access-key': {
    status: 409,
    retry: 'after-change',
    title: 'The user has a second access key',
    explanation: 'IAM allows two keys for each user. A key that the rotation does not know is never deleted by itself.',
    remedy:
      'Look in IAM what the key is used for. Then delete it there and try again, let Causeway delete it by naming its last four characters, or abandon the rotation.',
  },
  'method-not-allowed': {
    status: 405,
    retry: 'after-change',
    title: 'This method does not exist here',
    explanation: 'The path exists, but not with this HTTP method.',
    remedy: 'Use one of the methods in the Allow header.',
  },
  'unknown-host': {
    status: 421,
    retry: 'after-change',
    title: 'This server does not go by that name',
    explanation:
      'The Host header names a host that this server does not know; it is refused so that a foreign web page cannot reach it under a name of its own.',
    remedy: 'Open it as localhost, or add the name to CAUSEWAY_ALLOWED_HOSTS.',
  },
  'edit-conflict': {
    status: 409,
    retry: 'after-change',
    title: 'Somebody else changed it meanwhile',
    explanation: 'The object is not as it was when it was read.',
    remedy: 'Read it again and repeat the change.',
  },
  // — people —
  'not-signed-in': {
    status: 401,
    retry: 'after-change',
    title: 'Not signed in',
    explanation: 'The request carries no valid session or token.',
    remedy:
      'Sign in (on the command line with "causeway login"), or send a valid API token as "Authorization: Bearer …".',
  },
  'wrong-credentials': {
    status: 401,
    retry: 'after-change',
    title: 'User name or password is wrong',
    explanation: 'Which of the two is not told, so that names cannot be guessed.',
    remedy: 'Try again; an administrator can set a new password.',
  },
  'not-allowed': {
    status: 403,
    retry: 'after-change',
    title: 'Not allowed for your role',
    explanation: 'The role of this user or token does not permit this.',
    remedy: 'Ask an administrator.',
  },
  'csrf-token-invalid': {
    status: 403,
    retry: 'after-change',
    title: 'The CSRF token is missing or wrong',
    explanation: 'Changes made with a session cookie carry the session’s CSRF token in the header x-csrf-token.',
    remedy: 'Reload the page; API clients use a token instead of a cookie.',
  },
  'too-many-requests': {
    status: 429,
    retry: 'later',
    title: 'Too many requests',
    explanation: 'The limit for this kind of request is used up.',
    remedy: 'Wait as long as the Retry-After header says.',
  },
  // — alerts —
  'too-many-alert-channels': {
    status: 409,
    retry: 'after-change',
    title: 'There are too many alert channels',
    explanation: 'Each message is sent through every channel, so their number is limited.',
    remedy: 'Delete a channel that is not needed any more, or change it.',
  },
  'address-not-allowed': {
    status: 422,
    retry: 'after-change',
    title: 'Alerts may not be sent to this address',
    explanation:
      'The name leads to an address of this machine, of its own network link or of a cloud’s metadata service. Nothing is sent there, so that a channel cannot be used to reach what only this machine can.',
    remedy:
      'Give the public name of the receiver; if it really is there, allow its address with CAUSEWAY_ALERT_NETWORKS.',
  },
  'channel-unreachable': {
    status: 502,
    retry: 'now',
    title: 'The receiver of the alerts cannot be reached',
    explanation: 'No connection was made, its certificate is not trusted, or it did not answer in time.',
    remedy: 'Check the address of the channel, the network, and the receiver’s certificate.',
  },
  'channel-refused': {
    status: 502,
    retry: 'later',
    title: 'The receiver did not take the alert',
    explanation: 'It answered, but not that it accepts the message. Redirects are not followed.',
    remedy: 'Check the address and the secret of the channel, and the log of the receiver.',
  },
  'recipients-refused': {
    status: 502,
    retry: 'after-change',
    title: 'The mail server refuses some recipients',
    explanation: 'The message went to the others, and is not sent again.',
    remedy: 'Correct the addresses of the channel, or take those out that are not there any more.',
  },
  'no-run-ended': {
    status: 503,
    retry: 'later',
    title: 'No run of the connector ends',
    explanation: 'The connector is due, but for some polling intervals no run of it was carried to its end.',
    remedy:
      'See that enough processes work (“causeway serve” or “causeway work”) and what their logs say; a longer polling interval helps when they cannot keep up.',
  },
  // — this deployment —
  'database-unavailable': {
    status: 503,
    retry: 'now',
    title: 'The database is not available',
    explanation: 'Causeway cannot reach its PostgreSQL database just now.',
    remedy: 'Nothing was changed. Check the database; Causeway goes on by itself when it is back.',
  },
  'embedded-postgres-failed': {
    status: 503,
    retry: 'after-change',
    title: 'The embedded PostgreSQL does not start',
    explanation:
      'Without DATABASE_URL, Causeway runs a PostgreSQL of its own in its data directory; that did not work here.',
    remedy: 'Mend what is named, or set DATABASE_URL to a PostgreSQL database.',
  },
  'data-directory-in-use': {
    status: 409,
    retry: 'after-change',
    title: 'Another Causeway is using the data directory',
    explanation: 'A data directory with its embedded PostgreSQL belongs to one process at a time.',
    remedy: 'Stop the other process, or choose another CAUSEWAY_DATA_DIR.',
  },
  'database-version': {
    status: 503,
    retry: 'after-change',
    title: 'The PostgreSQL version does not fit',
    explanation: 'Causeway works with PostgreSQL 15 and newer.',
    remedy: 'Use a PostgreSQL of a supported version.',
  },
  'database-newer-than-code': {
    status: 503,
    retry: 'after-change',
    title: 'The database is newer than this Causeway',
    explanation: 'A newer release has migrated the database; an older one could damage what it does not know.',
    remedy: 'Start the newer release again, or restore a backup from before the migration.',
  },
  'migration-history-changed': {
    status: 503,
    retry: 'after-change',
    title: 'The database was migrated by other files than these',
    explanation: 'A migration that was applied to this database is changed, missing or out of order in this release.',
    remedy: 'Use an unmodified release of Causeway, or the database that belongs to this one.',
  },
  'migration-failed': {
    status: 503,
    retry: 'after-change',
    title: 'A migration failed',
    explanation: 'PostgreSQL refused a migration; it was rolled back, and those before it stay applied.',
    remedy: 'Mend what PostgreSQL names, such as a missing permission or extension, and start again.',
  },
  'request-timeout': {
    status: 503,
    retry: 'later',
    title: 'The request took too long',
    explanation: 'It was given up at its time limit; a change may or may not have been made.',
    remedy: 'Read the object to see whether it changed, or ask for less at once.',
  },
  'internal-error': {
    status: 500,
    retry: 'later',
    title: 'Something went wrong in Causeway',
    explanation: 'This is a bug; the log holds the details under the request id.',
    remedy: 'Report it with the request id.',
  },
  'invalid-setting': {
    status: 500,
    retry: 'after-change',
    title: 'A setting is not valid',
    explanation: 'Causeway was started with a setting that it cannot use.',
    remedy: 'Correct the named environment variable or file and start again.',
  },
  'secret-unreadable': {
    status: 500,
    retry: 'after-change',
    title: 'A stored secret cannot be opened',
    explanation: 'The master key that sealed it is not configured, or the stored value was damaged.',
    remedy: 'Configure the master key it was sealed with, or enter the secret anew.',
  },
  'no-hub': {
    status: 409,
    retry: 'after-change',
    title: 'There is nothing to assume the role from',
    explanation: 'This account type has no base account, and no platform account is configured for it.',
    remedy: 'Create a base account for the account type, or configure a platform account.',
  },
  // — AWS: reaching the hub —
  'aws-unreachable': {
    status: 502,
    retry: 'now',
    title: 'AWS cannot be reached',
    explanation: 'The connection failed before AWS answered.',
    remedy: 'Check the network, DNS, proxy and the endpoint settings of this deployment.',
  },
  'aws-timeout': {
    status: 504,
    retry: 'now',
    title: 'AWS did not answer in time',
    explanation: 'The call was given up at its time limit.',
    remedy: 'It is tried again; if it stays so, check the network and the AWS Health Dashboard.',
  },
  'aws-error': {
    status: 502,
    retry: 'now',
    title: 'AWS failed',
    explanation: 'AWS answered with an error of its own.',
    remedy: 'It is tried again; if it stays so, check the AWS Health Dashboard.',
  },
  'aws-rejected': {
    status: 422,
    retry: 'later',
    title: 'AWS rejected the call',
    explanation: 'AWS answered with an error that Causeway has no words of its own for.',
    remedy: 'Read what AWS answered; report it if the call itself looks wrong.',
  },
  'aws-throttled': {
    status: 503,
    retry: 'now',
    title: 'AWS asked to slow down',
    explanation: 'The request rate of this account, region and API is used up, perhaps by other tools in the account.',
    remedy: 'Causeway slows down by itself; a longer polling interval helps if it stays so.',
  },
  'no-turn': {
    status: 503,
    retry: 'now',
    title: 'Too many calls were waiting',
    explanation:
      'Causeway keeps its calls below AWS’s quotas, and this one’s turn would not have come in time. AWS was not asked.',
    remedy:
      'Try again when the run, re-check or preview that asks for so much is over, or let Causeway have more of the quotas (CAUSEWAY_AWS_QUOTA_SHARE).',
  },
  'unknown-access-key': {
    status: 422,
    retry: 'after-change',
    title: 'AWS does not know the access key ID',
    explanation: 'The key does not exist, was deleted or deactivated, or belongs to another partition.',
    remedy: 'Check the access key ID and that the key is active in the account type chosen.',
  },
  'wrong-secret-key': {
    status: 422,
    retry: 'after-change',
    title: 'The secret access key does not fit the access key ID',
    explanation: 'AWS computed another signature.',
    remedy: 'Enter the secret that was shown when this access key was created; if it is lost, create a new key.',
  },
  'clock-skew': {
    status: 422,
    retry: 'after-change',
    title: 'This machine’s clock is wrong',
    explanation: 'AWS refuses requests signed more than five minutes off its own time.',
    remedy: 'Synchronise the clock of the machine that Causeway runs on.',
  },
  'expired-credentials': {
    status: 422,
    retry: 'after-change',
    title: 'The credentials have expired',
    explanation: 'Temporary credentials were used past their end.',
    remedy: 'Causeway renews its sessions by itself; if this stays, check the source of the hub’s credentials.',
  },
  'no-hub-credentials': {
    status: 422,
    retry: 'after-change',
    title: 'The hub has no usable credentials',
    explanation: 'The configured source of the hub’s identity gave no credentials.',
    remedy: 'Check the credentials configured for this hub.',
  },
  'other-account-key': {
    status: 422,
    retry: 'after-change',
    title: 'The key belongs to another account',
    explanation: 'AWS answered with another account ID than the one given.',
    remedy: 'Correct the account ID, or give a key of an IAM user in that account.',
  },
  'other-partition-key': {
    status: 422,
    retry: 'after-change',
    title: 'The key belongs to another account type',
    explanation: 'AWS answered with another partition than the account type’s.',
    remedy: 'Choose the account type that the key belongs to.',
  },
  'other-user-key': {
    status: 422,
    retry: 'after-change',
    title: 'The new key belongs to another user',
    explanation: 'A key is only replaced by one of the same IAM user.',
    remedy: 'Abandon the rotation; check the endpoint settings of this deployment.',
  },
  'other-role': {
    status: 422,
    retry: 'after-change',
    title: 'The token was exchanged for another role',
    explanation: 'AWS answered with a session of another role than the one given.',
    remedy: 'Check the role’s ARN, and the endpoint settings of this deployment.',
  },
  'web-identity-refused': {
    status: 422,
    retry: 'after-change',
    title: 'AWS does not exchange the token for the role',
    explanation:
      'The token has expired, its issuer is no identity provider of the account, or the role’s trust policy does not admit its subject or audience.',
    remedy:
      'See that the account has an IAM OIDC identity provider for the token’s issuer, and that the role’s trust policy allows sts:AssumeRoleWithWebIdentity to it with the token’s audience and subject.',
  },
  'root-key': {
    status: 422,
    retry: 'after-change',
    title: 'The key is the root user’s',
    explanation: 'A root user’s key can do everything in the account and cannot assume roles; Causeway refuses it.',
    remedy: 'Delete that key in AWS and create one for an IAM user that may only call sts:AssumeRole.',
  },
  // — AWS: reaching the member account —
  'role-not-assumable': {
    status: 422,
    retry: 'later',
    title: 'AWS refused to let the hub assume the role',
    explanation:
      'AWS gives one answer for all of these: the role does not exist, its trust policy does not admit the hub, the external ID differs, the hub’s own policy lacks sts:AssumeRole, or a service control policy denies it.',
    remedy:
      'Compare the role’s trust policy with the one shown for this connector, and see that the hub may call sts:AssumeRole on the role.',
  },
  'hub-denied-assume-role': {
    status: 422,
    retry: 'after-change',
    title: 'The hub itself may not assume the role',
    explanation: 'A policy on the hub’s side denies sts:AssumeRole.',
    remedy:
      'Allow sts:AssumeRole on the role in the policy of the hub’s identity, and check the service control policies of its account.',
  },
  'role-chaining-hour': {
    status: 422,
    retry: 'after-change',
    title: 'A chained session may last one hour only',
    explanation:
      'The hub acts as a role itself, and AWS ends a session that one role opens of another after one hour at most.',
    remedy: 'Ask for sessions of one hour, or give the hub an IAM user’s access key.',
  },
  'session-longer-than-role': {
    status: 422,
    retry: 'after-change',
    title: 'The session is longer than the role allows',
    explanation: 'The role’s maximum session duration is shorter than the session that was asked for.',
    remedy: 'Raise the role’s maximum session duration to one hour.',
  },
  'hub-access-denied': {
    status: 422,
    retry: 'after-change',
    title: 'The hub’s identity may not make this call',
    explanation:
      'The policies of the hub’s own identity do not allow the action on itself. Connectors do not need it; looking after the identity does.',
    remedy:
      'Add the action to the identity’s policy; “causeway base-accounts policy --self-management” prints the policy with all that Causeway can use.',
  },
  'sts-region-disabled': {
    status: 422,
    retry: 'after-change',
    title: 'STS is switched off in this region for the account',
    explanation: 'The account’s administrator has deactivated STS in the region.',
    remedy: 'Activate the STS endpoint of the region in the account’s IAM settings.',
  },
  'wrong-account': {
    status: 422,
    retry: 'after-change',
    title: 'The role answered from another account',
    explanation: 'The session’s account or partition is not the connector’s; nothing was read.',
    remedy: 'Check the endpoint settings of this deployment and the role ARN.',
  },
  'confused-deputy': {
    status: 422,
    retry: 'after-change',
    title: 'The role is open to a confused deputy',
    explanation:
      'The role let the hub in without the external ID or with a wrong one, so anyone who can use the hub could reach it.',
    remedy: 'Add the condition StringEquals sts:ExternalId to the role’s trust policy, as shown for this connector.',
  },
  // — AWS: observing —
  'access-denied': {
    status: 422,
    retry: 'after-change',
    title: 'The role may not make this call',
    explanation: 'The role’s policies do not allow the action.',
    remedy: 'Add the action to the role’s permissions policy.',
  },
  'denied-by-scp': {
    status: 422,
    retry: 'after-change',
    title: 'The AWS organisation denies this call',
    explanation:
      'A service control policy or a resource control policy denies the action. Both stand above every policy of the account, so no change at the role helps.',
    remedy:
      'Ask the administrators of the AWS organisation to except the role, or leave the region out of the connector, if nobody is to use it.',
  },
  'region-disabled': {
    status: 422,
    retry: 'after-change',
    title: 'The region is not enabled for the account',
    explanation: 'The account has not opted in to the region.',
    remedy: 'Enable the region in the account, or leave it out of the connector.',
  },
  'session-not-accepted': {
    status: 422,
    retry: 'later',
    title: 'AWS does not accept the session here',
    explanation:
      'AWS answers so in a region that the account has not enabled, and everywhere when the role was deleted or made anew after the session began.',
    remedy:
      'Enable the region in the account or leave it out of the connector; a new session is made for the next run.',
  },
  'not-subscribed': {
    status: 422,
    retry: 'after-change',
    title: 'The account is not subscribed to this service here',
    explanation: 'AWS has not activated the service for the account in this region.',
    remedy: 'Finish the account’s activation in AWS, or leave the region out of the connector.',
  },
  'not-in-partition': {
    status: 422,
    retry: 'after-change',
    title: 'AWS has no such service in this partition',
    explanation: 'The service does not exist for accounts of this type, so there is nothing to observe.',
    remedy: 'Nothing needs to be done.',
  },
  'aws-not-found': {
    status: 404,
    retry: 'later',
    title: 'AWS does not know the resource any more',
    explanation: 'AWS listed the resource and did not know it a moment later: it was deleted meanwhile.',
    remedy: 'Nothing needs to be done; the next run sees whether it is gone.',
  },
  'aws-not-configured': {
    status: 404,
    retry: 'later',
    title: 'The resource has no such setting',
    explanation: 'AWS answers so when a resource has no policy, tags or setting of this kind.',
    remedy: 'Nothing needs to be done.',
  },
  'incomplete-answer': {
    status: 502,
    retry: 'now',
    title: 'AWS’s answer was cut off',
    explanation: 'A page could not be read to its end, so the observation does not count as complete.',
    remedy: 'It is tried again, at once and at the next run; if it stays so, check proxies on the way to AWS.',
  },
  'too-many-pages': {
    status: 502,
    retry: 'later',
    title: 'The listing did not come to an end',
    explanation: 'The listing went past the limit of pages, or gave the same page token twice.',
    remedy: 'It is read again at the next run; report it if it stays so.',
  },
  'run-abandoned': {
    status: 500,
    retry: 'later',
    title: 'The run was given up',
    explanation: 'The run did not finish within its time or its tries.',
    remedy: 'The next run starts afresh; see the log of the worker if it stays so.',
  },
} as const satisfies Record<string, CatalogueRow>;

export type FaultCode = keyof typeof FAULTS;

export const FAULT_CODES = Object.keys(FAULTS).filter((code): code is FaultCode => code in FAULTS);

/** Makes a fault; `detail` is the sentence for this case. */
export function fault(code: FaultCode, detail: string, more: Omit<Fault, 'code' | 'detail'> = {}): Fault {
  // A quoted value may have been cut within a character; half a character is no text, to JSON readers and to PostgreSQL.
  return { code, detail: detail.toWellFormed(), ...more };
}

export function remedyOf(fault: Fault): string {
  return fault.remedy ?? FAULTS[fault.code].remedy;
}

export function retryOf(fault: Fault): Retry {
  return FAULTS[fault.code].retry;
}
