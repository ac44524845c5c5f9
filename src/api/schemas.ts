import { z } from 'zod';
import { parseAccountId } from '../domain/account-id.ts';
import { CONNECTOR_STATES } from '../domain/connector-state.ts';
import { CREDENTIALS_KINDS } from '../domain/credentials.ts';
import { parseExternalId } from '../domain/external-id.ts';
import { FAULT_CODES } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { ACCOUNT_TYPES } from '../domain/partition.ts';
import { MENDERS, READINESS } from '../domain/readiness.ts';
import type { Result } from '../domain/result.ts';
import { ROLES } from '../domain/role.ts';
import { parseRoleArn } from '../domain/role-arn.ts';

/**
 * The shapes that go over the wire, one noun after the other. Requests are strict: an unknown field is refused. The message
 * of a rule completes the sentence that begins with the field's name.
 */

const isoTime = z.iso.datetime();
const uuid = z.uuid();
const tags = z
  .record(z.string().min(1).max(LIMITS.tagKeyCharsMax), z.string().max(LIMITS.tagValueCharsMax))
  .refine(entries => Object.keys(entries).length <= LIMITS.tagsMax, `may have at most ${LIMITS.tagsMax} tags.`);

/** Text in the form that a parser of the domain demands; what that parser says is what the caller reads. */
function parsedBy(parse: (text: string) => Result<unknown>) {
  return z.string().check(context => {
    const parsed = parse(context.value);
    if (parsed.ok) return;
    const { code, detail } = parsed.fault;
    context.issues.push({ code: 'custom', input: context.value, params: { code }, message: detail });
  });
}

export const accountType = z.enum(ACCOUNT_TYPES);
export const role = z.enum(ROLES);
const accountId = parsedBy(parseAccountId);
const roleArn = parsedBy(parseRoleArn);
const externalId = parsedBy(parseExternalId);
export const app = z.enum(['cloud-view', 'asset-view']);
export const hub = z.object({ kind: z.enum(['base-account', 'platform-account']), accountId: z.string() });

export const fault = z.object({
  code: z.enum(FAULT_CODES),
  title: z.string(),
  detail: z.string(),
  remedy: z.string(),
  subject: z.string().optional(),
  field: z.string().optional(),
  aws: z
    .object({
      service: z.string(),
      operation: z.string(),
      name: z.string(),
      message: z.string().optional(),
      status: z.number().optional(),
      requestId: z.string().optional(),
      /** Of a denial: the IAM action that was denied. */
      action: z.string().optional(),
    })
    .optional(),
});

/** RFC 9457. `errors` lists every field that is wrong; `code`, `field` and `remedy` repeat the first. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.enum(FAULT_CODES),
  remedy: z.string(),
  requestId: z.string(),
  field: z.string().optional(),
  aws: fault.shape.aws,
  errors: z
    .array(z.object({ field: z.string(), code: z.enum(FAULT_CODES), detail: z.string(), remedy: z.string() }))
    .optional(),
});

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** Paging by keyset: `cursor` is what the page before answered as `nextCursor`. */
export const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIMITS.listItemsMax).default(LIMITS.listItemsDefault),
  cursor: z.string().max(LIMITS.cursorCharsMax).optional(),
});

export const byId = z.strictObject({ id: uuid });
export const byAccountType = z.strictObject({ accountType });

const name = z
  .string()
  .trim()
  .min(1)
  .max(LIMITS.nameCharsMax)
  .regex(/^\P{Cc}*$/u, 'may not have line breaks or control characters.');

// — people —

export const user = z.object({
  id: uuid,
  username: z.string(),
  role,
  disabled: z.boolean(),
  createdAt: isoTime,
});

const password = z.string().min(LIMITS.passwordCharsMin).max(LIMITS.passwordCharsMax);

export const userInput = z.strictObject({
  username: z
    .string()
    .min(1)
    .max(LIMITS.usernameCharsMax)
    .regex(/^[\w.@+-]+$/, 'may have only letters, digits and _ . @ + -'),
  password,
  role,
});
export const userChange = z.strictObject({ password, role, disabled: z.boolean() }).partial();

export const signIn = z.strictObject({
  username: z.string().min(1).max(LIMITS.usernameCharsMax),
  password: z.string().min(1).max(LIMITS.passwordCharsMax),
});
export const ownPasswordChange = z.strictObject({
  currentPassword: z.string().min(1).max(LIMITS.passwordCharsMax),
  newPassword: password,
});
export const session = z.object({ user, csrfToken: z.string() });

export const apiToken = z.object({
  id: uuid,
  name: z.string(),
  /** What it may do, as far as the user who made it may do that now. */
  role,
  /** The user who made it, also with another token of theirs. */
  createdBy: z.string(),
  createdAt: isoTime,
  expiresAt: isoTime.nullable(),
  lastUsedAt: isoTime.nullable(),
});
export const apiTokenInput = z.strictObject({
  name,
  role,
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
/** The token is shown here once and never again. */
export const newApiToken = apiToken.extend({ token: z.string() });

export const auditEntry = z.object({
  seq: z.number(),
  at: isoTime,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
export const auditVerdict = z.object({
  intact: z.boolean(),
  /** How many entries were found in order. */
  entries: z.number(),
  brokenAtSeq: z.number().nullable(),
  /** Note it elsewhere: if it is still the hash of the same entry later, nobody wrote the log anew up to there. */
  lastHash: z.string(),
});

// — hubs —

export const platformAccount = z.object({
  accountType,
  /** null: none is configured for this account type. */
  accountId: z.string().nullable(),
  credentialsKind: z.string().nullable(),
});

export const identityProof = z.object({
  checkedAt: isoTime,
  outcome: z.enum(['ok', 'failed']),
  callerArn: z.string().nullable(),
  fault: fault.nullable(),
});

/** What Causeway acts as in a base account. All kinds but `access-key` are keyless: what they give is chained, for one hour. */
export const credentialsKind = z.enum(CREDENTIALS_KINDS);

/** Steps of a key rotation, in their order. */
export const rotationStep = z.enum(['look', 'create', 'prove', 'switch', 'deactivate', 'delete']);

/** A replacement of the access key by Causeway itself. */
export const keyRotation = z.object({
  id: uuid,
  baseAccountId: uuid,
  /** `blocked`: it waits for somebody to decide or to mend something; `abandoned`: given up with the old key in use. */
  state: z.enum(['running', 'blocked', 'done', 'abandoned']),
  /** The step that is being done or that it is blocked at; of a rotation that is done, the last. */
  step: rotationStep,
  oldKeyIdEnding: z.string(),
  newKeyIdEnding: z.string().nullable(),
  /** A second key of the same user that Causeway does not know: it is never deleted without being told to. */
  unknownKeyIdEnding: z.string().nullable(),
  fault: fault.nullable(),
  requestedBy: z.string(),
  startedAt: isoTime,
  updatedAt: isoTime,
  finishedAt: isoTime.nullable(),
});

/** `delete-unknown-key` needs the last four characters of the key's ID, so that it is the one that somebody looked at. */
export const rotationDecision = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('retry') }),
  z.strictObject({ action: z.literal('abandon') }),
  z.strictObject({ action: z.literal('delete-unknown-key'), keyIdEnding: z.string().length(LIMITS.keyIdEndingChars) }),
]);

export const baseAccount = z.object({
  id: uuid,
  title: z.string(),
  accountType,
  accountId: z.string(),
  credentialsKind,
  /** The last four characters of the access key ID; keys themselves are write-only. null for a keyless kind. */
  accessKeyIdEnding: z.string().nullable(),
  /** Of a web identity: the role that the token is exchanged for, and where the token is read. */
  identityRoleArn: z.string().nullable(),
  tokenFile: z.string().nullable(),
  /** Since when these credentials are in use here. */
  keyCreatedAt: isoTime,
  proof: identityProof.nullable(),
  useInAssetView: z.boolean(),
  cutover: z.enum(['safe', 'immediate']),
  connectors: z.object({ total: z.number(), onThisHub: z.number(), moving: z.number() }),
  /** Credentials that were replaced and are kept for connectors that run through them or may go back to them. */
  earlier: z.array(
    z.object({
      accountId: z.string(),
      accessKeyIdEnding: z.string().nullable(),
      retiredAt: isoTime.nullable(),
      /** Connectors that still run through them. */
      connectors: z.number(),
    }),
  ),
  /** The latest one, if it is not over or ended lately. */
  rotation: keyRotation.nullable(),
  createdAt: isoTime,
  updatedAt: isoTime,
});

const accessKeyId = z
  .string()
  .min(LIMITS.accessKeyIdCharsMin)
  .max(LIMITS.accessKeyIdCharsMax)
  .regex(/^\w+$/, 'may have only letters, digits and _');
const secretAccessKey = z.string().min(1).max(LIMITS.secretAccessKeyCharsMax);
const tokenFile = z.string().min(1).max(LIMITS.filePathCharsMax);

const baseAccountFields = {
  title: name,
  accountType,
  accountId,
  credentialsKind,
  accessKeyId,
  secretAccessKey,
  identityRoleArn: roleArn,
  tokenFile,
  useInAssetView: z.boolean(),
  cutover: z.enum(['safe', 'immediate']),
  /** Save although the credentials could not be proved. */
  saveUnverified: z.boolean(),
};

/** Which credentials are needed follows from the kind: a key and its secret, or of a web identity its role and file. */
export const baseAccountInput = z.strictObject({
  ...baseAccountFields,
  credentialsKind: credentialsKind.default('access-key'),
  accessKeyId: accessKeyId.optional(),
  secretAccessKey: secretAccessKey.optional(),
  identityRoleArn: roleArn.optional(),
  tokenFile: tokenFile.optional(),
  useInAssetView: z.boolean().default(false),
  cutover: baseAccountFields.cutover.default('safe'),
  saveUnverified: z.boolean().default(false),
});

/** `accountType` is here only to be refused with a sentence of its own. A new account ID or key ID needs its secret. */
export const baseAccountChange = z
  .strictObject({
    ...baseAccountFields,
    /**
     * What becomes of credentials that are replaced: `overlap` keeps them for connectors that the new ones do not reach
     * yet; `immediate` destroys them at once, as when they leaked.
     */
    replaced: z.enum(['overlap', 'immediate']),
  })
  .partial();

// — impact —

export const impactChange = z.enum(['create', 'edit', 'delete', 'roll-back', 'immediate-cutover']);

/** What a change of a base account would do to one connector at its next run. */
export const connectorImpact = z.object({
  connectorId: uuid,
  name: z.string(),
  accountId: z.string(),
  roleArn: z.string(),
  /**
   * `moves`: it will work, through another hub than now or where nothing works now; `stays`: nothing changes for it,
   * whether it works or not; `breaks`: it works now and will not; `unknown`: AWS did not answer, or it has never run and
   * no hub lets it in, perhaps because its role is not there yet.
   */
  outcome: z.enum(['moves', 'stays', 'breaks', 'unknown']),
  /** Whether it breaks, or may, because AWS did not answer: a deletion needs the number of these. */
  mayBreak: z.boolean(),
  worksNow: z.boolean(),
  /** The hub that its last successful assumption went through. */
  hubNow: hub.nullable(),
  /** What it will go through or, when nothing lets it in, is to go through. */
  hubAfter: hub.nullable(),
  /** When AWS let that hub in, or refused it. */
  provedAt: isoTime.optional(),
  /** Why the target hub after the change does not let it in, also when it will go on through another one. */
  fault: fault.optional(),
  /** What its role has to trust after the change; with both hubs where both are needed for a while. */
  trustPolicy: z.record(z.string(), z.unknown()),
});

export const impact = z.object({
  change: impactChange,
  accountType,
  /** The target hub after the change; null when there is none. */
  hubAfter: hub.nullable(),
  takenAt: isoTime,
  connectors: z.array(connectorImpact),
  totals: z.object({ moves: z.number(), stays: z.number(), breaks: z.number(), unknown: z.number() }),
});

// — hub health —

/** What the base account's identity has to be allowed, as policies that IAM accepts. */
export const hubPolicies = z.object({
  /** To attach; several where IAM's size limit does not let one hold all role ARNs. Never empty. */
  policies: z.array(z.record(z.string(), z.unknown())),
  form: z.enum(['exact-roles', 'role-name-pattern']),
  /** Why it is that form, and how to attach them. */
  because: z.string(),
  /** Not needed for connectors: what lets the identity see its own rights and key, and replace that key. */
  selfManagement: z.record(z.string(), z.unknown()),
});

export const hubFinding = z.enum([
  'not-proved',
  'cannot-prove',
  'old-key',
  'second-key',
  'cannot-see-rights',
  'roles-not-allowed',
  'rights-depend-on-conditions',
  'roles-refuse',
  'assumes-any-role',
  'more-by-conditions',
  'changes-identities',
  'reads-secrets',
  'reads-data',
  'changes-resources',
  'governs-organization',
  'hides-traces',
  'too-many-policies',
  'trusted-after-move',
]);

export const hubHealth = z.object({
  checkedAt: isoTime,
  proof: identityProof,
  /** Days since AWS made the key, if it tells; else since it was entered here. null for a keyless kind. */
  keyAgeDays: z.number().nullable(),
  keyAgeFrom: z.enum(['aws', 'entered']).nullable(),
  /** As `hubPolicy` answers them. */
  policies: hubPolicies.shape.policies,
  policyForm: hubPolicies.shape.form,
  policyBecause: z.string(),
  selfManagement: hubPolicies.shape.selfManagement,
  /** Whether the identity may assume each connector's role, as far as its own side decides. */
  roles: z.object({
    total: z.number(),
    /** By simulation of its policies; null with the reason when it may not ask IAM. */
    simulated: z
      .object({
        /** How many of the roles IAM was asked about: not all of a very large fleet. */
        asked: z.number(),
        allowed: z.number(),
        denied: z.array(z.object({ roleArn: z.string(), by: z.string() })),
        /** What decides is a condition on something that only a real call has, such as its source address. */
        unknown: z.number(),
      })
      .nullable(),
    /** Why IAM was not asked, or not about all of them. */
    simulationFault: fault.nullable(),
    /** By proof: connectors that were let in by this hub when it was tried last. */
    accepted: z.number(),
    refused: z.number(),
    untried: z.number(),
  }),
  /**
   * What else it may do that it should not; null with the reason when it may not ask IAM. IAM is asked about all
   * resources at once, so a right that is limited to single resources does not show.
   */
  dangerous: z
    .array(
      z.object({
        action: z.string(),
        resource: z.string(),
        why: z.string(),
        /** The policy that allows it, if AWS tells. */
        by: z.string().nullable(),
      }),
    )
    .nullable(),
  dangerousFault: fault.nullable(),
  findings: z.array(
    z.object({
      code: hubFinding,
      severity: z.enum(['high', 'medium', 'low']),
      title: z.string(),
      detail: z.string(),
      remedy: z.string(),
    }),
  ),
  /** Connectors that moved and whose role still admits a hub that is none of theirs any more. */
  trustRetired: z.array(
    z.object({
      connectorId: uuid,
      name: z.string(),
      roleArn: z.string(),
      hub,
      /** The role's trust policy says so, or the hub was let in when it was tried last. */
      by: z.enum(['trust-policy', 'proof']),
      /** When the policy was read, or the hub let in. */
      at: isoTime,
    }),
  ),
});

// — connectors —

const probe = z.enum(['accepted', 'refused', 'not-run']);

export const diagnosis = z.object({
  /** `certain`: the first cause is proved; `one-of`: AWS's answers do not tell these apart, the likeliest first. */
  certainty: z.enum(['certain', 'one-of']),
  causes: z
    .array(
      z.object({
        code: z.string(),
        title: z.string(),
        /** What speaks for it. */
        because: z.string(),
        remedy: z.string(),
      }),
    )
    .min(1),
});

export const checkResult = z.object({
  outcome: z.enum(['ok', 'failed']),
  hub: hub.nullable(),
  checkedAt: isoTime,
  callerArn: z.string().optional(),
  probes: z.object({ withExternalId: probe, withoutExternalId: probe, wrongExternalId: probe }),
  /** Why it failed; on an ok result, a warning such as a role that is open to a confused deputy. */
  fault: fault.optional(),
  /** While moving: why the target hub was refused although the current hub works. */
  targetFault: fault.optional(),
  /** Causes of `fault`, or of `targetFault` when only the target hub was refused. */
  diagnosis: diagnosis.optional(),
  /** A role that was made seconds ago may not be visible yet: when Causeway tries again by itself. */
  nextTryAt: isoTime.optional(),
});

export const connectorState = z.enum(CONNECTOR_STATES);

/** `needs-attention`: failing, with problems, waiting for its role, or moving. */
export const connectorStateWanted = z.enum([...connectorState.options, 'needs-attention']);

/** One for each state, also those that none is in. */
export const connectorCounts = z.object({
  items: z.array(
    z.object({
      state: connectorState,
      connectors: z.number(),
      /** Of these, those that are failing, have problems, wait for their role, or are moving. */
      needAttention: z.number(),
    }),
  ),
});

export const connector = z.object({
  id: uuid,
  name: z.string(),
  description: z.string(),
  accountType,
  roleArn: z.string(),
  externalId: z.string(),
  accountId: z.string(),
  /** null: all regions that the account has enabled. */
  regions: z.array(z.string()).nullable(),
  pollingMinutes: z.number(),
  apps: z.array(app),
  enabled: z.boolean(),
  assetTags: tags,
  tags,
  state: connectorState,
  currentHub: hub.nullable(),
  targetHub: hub.nullable(),
  moving: z.boolean(),
  /** While moving, or running through earlier credentials of the target hub: why the target hub was refused last. */
  targetFault: fault.nullable(),
  lastCheck: checkResult.nullable(),
  lastRun: z
    .object({
      id: uuid,
      state: z.string(),
      startedAt: isoTime.nullable(),
      finishedAt: isoTime.nullable(),
      fault: fault.nullable(),
    })
    .nullable(),
  lastCompleteAt: isoTime.nullable(),
  nextRunAt: isoTime.nullable(),
  assets: z.number(),
  scopes: z.object({ total: z.number(), complete: z.number() }),
  createdAt: isoTime,
  updatedAt: isoTime,
});

const regions = z.array(z.string().max(LIMITS.regionCharsMax)).min(1).max(LIMITS.regionsMax);

export const connectorInput = z.strictObject({
  name,
  description: z.string().max(LIMITS.descriptionCharsMax).default(''),
  accountType,
  roleArn,
  /** Generated when absent. */
  externalId: externalId.optional(),
  regions: regions.nullable().default(null),
  pollingMinutes: z
    .number()
    .int()
    .min(LIMITS.pollingMinutesMin)
    .max(LIMITS.pollingMinutesMax)
    .default(LIMITS.pollingMinutesDefault),
  apps: z.array(app).default(['cloud-view']),
  enabled: z.boolean().default(true),
  assetTags: tags.default({}),
  tags: tags.default({}),
});

export const connectorChange = z
  .strictObject({
    name,
    description: z.string().max(LIMITS.descriptionCharsMax),
    accountType,
    roleArn,
    externalId,
    regions: regions.nullable(),
    pollingMinutes: z.number().int().min(LIMITS.pollingMinutesMin).max(LIMITS.pollingMinutesMax),
    apps: z.array(app),
    enabled: z.boolean(),
    assetTags: tags,
    tags,
  })
  .partial();

/** What somebody creates in AWS for a connector, with everything filled in. */
export const roleSetup = z.object({
  /** The hub that the role has to trust; null when the account type has neither a base account nor a platform account. */
  trusted: hub.nullable(),
  roleName: z.string(),
  externalId: z.string(),
  trustPolicy: z.record(z.string(), z.unknown()),
  permissionsPolicy: z.record(z.string(), z.unknown()),
  cloudFormationTemplate: z.string(),
  terraform: z.string(),
  awsCli: z.string(),
});

export const roleSetupQuery = z.strictObject({
  accountType,
  externalId: externalId.optional(),
  roleName: z
    .string()
    .regex(/^[\w+=,.@-]{1,64}$/, 'may have 1 to 64 letters, digits and _ + = , . @ -')
    .optional(),
});

// — trust —

/** Whether a principal may assume a role by a trust policy; nothing of it is looked up in AWS. */
export const trustQuestion = z.strictObject({
  /** The document itself, or its JSON text. */
  policy: z.union([z.record(z.string(), z.unknown()), z.string().max(LIMITS.bodyBytesMax)]),
  roleArn: z.string(),
  /** ARN of a user, role, role session or account, or an account ID. */
  principalArn: z.string(),
  externalId: z.string().optional(),
  /** Further condition keys of the call; null for one that is certainly absent. What is not named is unknown. */
  context: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])).optional(),
});

export const trustAnswer = z.object({
  decision: z.enum(['allowed', 'denied', 'cannot-tell']),
  because: z.string(),
  /** The statement that decides; counted from 0. */
  statement: z.object({ index: z.number(), sid: z.string().optional() }).optional(),
  /** The condition that decides, in words. */
  condition: z.string().optional(),
  findings: z.array(
    z.object({
      code: z.string(),
      title: z.string(),
      detail: z.string(),
      remedy: z.string(),
      /** Counted from 0; absent when the policy as a whole is meant. */
      statement: z.number().optional(),
    }),
  ),
  /** Each statement in words. */
  explanation: z.array(z.string()),
});

export const trustForm = z.enum(['exact-principal', 'account-and-principal-arn', 'account']);

/** A proposed trust policy and what it was found to do by evaluating it. */
export const trustEdit = z.object({
  document: z.record(z.string(), z.unknown()),
  text: z.string(),
  /** Lines from the policy as it is to the proposed one. */
  diff: z.array(z.object({ kind: z.enum(['same', 'added', 'removed']), text: z.string() })),
  /** Characters that AWS counts. */
  sizeChars: z.number(),
  fits: z.enum(['default-quota', 'raised-quota', 'no-quota']),
  /** What the evaluation says of the wanted hub. */
  decision: z.enum(['allowed', 'denied', 'cannot-tell']),
});

export const trustAdvice = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('edits'),
    /** Admits the wanted hub and whoever was admitted before. */
    overlap: trustEdit,
    /** The same without the hubs that are not needed any more. */
    final: trustEdit,
  }),
  /** No addition helps, because a statement refuses the hub. */
  z.object({ kind: z.literal('blocked'), because: z.string() }),
]);

export const trustAdviceQuestion = z.strictObject({
  policy: trustQuestion.shape.policy,
  roleArn: z.string(),
  /** ARN of the hub's user or role, or its account ID. */
  hub: z.string(),
  externalId: z.string(),
  /** ARNs or account IDs that need not be admitted in the end. */
  retiring: z.array(z.string()).max(LIMITS.retiringHubsMax).default([]),
  form: trustForm.default('account'),
});

/** Whether a connector's role lets its target hub in, by what was tried last. */
export const trustState = z.enum(['on-target', 'moving', 'refused', 'unknown']);

export const hubEvidence = z.object({
  hub,
  outcome: z.enum(['accepted', 'refused', 'unknown']),
  at: isoTime,
  fault: fault.nullable(),
});

/** A role's trust policy as IAM gave it; when it cannot be read, why. */
export const livePolicy = z.discriminatedUnion('known', [
  z.object({ known: z.literal(true), text: z.string(), readAt: isoTime }),
  z.object({ known: z.literal(false), fault: fault.nullable(), triedAt: isoTime.nullable() }),
]);

/** Everything about whether a connector's role trusts the right hub. */
export const connectorTrust = z.object({
  connectorId: uuid,
  state: trustState,
  currentHub: hub.nullable(),
  targetHub: hub.nullable(),
  evidence: z.array(hubEvidence),
  policy: livePolicy,
  /** By the live policy, for the target hub. */
  analysis: trustAnswer.nullable(),
  /** From the live policy or, when that is not known, from the policy that was proposed for the role. */
  advice: trustAdvice.nullable(),
  diagnosis: diagnosis.nullable(),
});

/** A check of every connector of an account type, with its three probes. */
export const recheck = z.object({
  id: uuid,
  accountType,
  state: z.enum(['running', 'done', 'cancelled']),
  total: z.number(),
  done: z.number(),
  accepted: z.number(),
  refused: z.number(),
  unknown: z.number(),
  /** Connectors that moved to their target hub during it. */
  moved: z.number(),
  /** Of AWS's answers: how many said "too fast". Pacing keeps this at 0. */
  throttled: z.number(),
  requestedBy: z.string(),
  startedAt: isoTime,
  finishedAt: isoTime.nullable(),
});

export const trustMigration = z.object({
  accountType,
  /** null: connectors of this type have nothing to go through. */
  targetHub: hub.nullable(),
  baseAccountId: uuid.nullable(),
  totals: z.object({ onTarget: z.number(), moving: z.number(), refused: z.number(), unknown: z.number() }),
  /** The latest re-check of all connectors, also while it is under way. */
  recheck: recheck.nullable(),
});

export const migrationConnector = z.object({
  connectorId: uuid,
  name: z.string(),
  accountId: z.string(),
  roleArn: z.string(),
  enabled: z.boolean(),
  state: trustState,
  currentHub: hub.nullable(),
  /** What was found when the target hub was tried last. */
  evidence: hubEvidence.nullable(),
  /** Whether its role's trust policy could be read, so that the edit starts from it. */
  policyKnown: z.boolean(),
});

export const editsQuery = z.strictObject({
  format: z.enum(['aws-cli', 'cloudformation', 'stack-set', 'terraform']),
  /** `overlap` admits the target hub beside the one that is trusted now; `final` admits the target hub only. */
  form: z.enum(['overlap', 'final']).default('overlap'),
  /** Only connectors in this state; without it those that are not on target. */
  state: trustState.optional(),
});

/** Files that change the trust policies of roles. */
export const trustEdits = z.object({
  files: z.array(z.object({ name: z.string(), mediaType: z.string(), content: z.string() })),
  roles: z.number(),
  /** Roles that no file changes, and why. */
  leftOut: z.array(z.object({ connectorId: uuid, name: z.string(), roleArn: z.string(), because: z.string() })),
});

// — runs —

export const scopeOutcome = z.enum([
  'complete',
  'denied',
  'throttled',
  'region-disabled',
  'not-applicable',
  'timed-out',
  'failed',
]);

export const runScope = z.object({
  region: z.string(),
  assetType: z.string(),
  /** null while it is not finished. */
  outcome: scopeOutcome.nullable(),
  fault: fault.optional(),
  items: z.number(),
  pages: z.number(),
  added: z.number(),
  changed: z.number(),
  gone: z.number(),
  /** Tries of calls to AWS, and those of them that AWS refused because they came too fast. */
  calls: z.number(),
  throttled: z.number(),
  startedAt: isoTime.nullable(),
  finishedAt: isoTime.nullable(),
});

const skipped = z.object({ scopes: z.number(), calls: z.number(), provedSince: isoTime });

export const run = z.object({
  id: uuid,
  connectorId: uuid,
  state: z.enum(['queued', 'running', 'ok', 'problems', 'failed', 'cancelled']),
  trigger: z.enum(['created', 'schedule', 'request']),
  requestedBy: z.string(),
  hub: hub.nullable(),
  callerArn: z.string().nullable(),
  fault: fault.nullable(),
  /** Why the regions are the account type's defaults instead of the account's own list. */
  regionsFault: fault.nullable(),
  queuedAt: isoTime,
  startedAt: isoTime.nullable(),
  finishedAt: isoTime.nullable(),
  /**
   * Scopes that the run left out because complete observations had seen nothing there, the calls that this saved, and the
   * oldest of the observations that proved it; null when it left none out.
   */
  skipped: skipped.nullable(),
  counts: z.object({
    /** Without those that do not apply, as its connector counts them. */
    scopes: z.number(),
    finished: z.number(),
    complete: z.number(),
    items: z.number(),
    pages: z.number(),
    added: z.number(),
    changed: z.number(),
    gone: z.number(),
    /** Tries of calls to AWS, and those of them that AWS refused because they came too fast. */
    calls: z.number(),
    throttled: z.number(),
  }),
  /** What it is at; null when it is not running. */
  progress: z
    .object({
      /** null while there is no basis for telling. */
      timeLeft: z.object({ seconds: z.number(), basis: z.enum(['pace', 'earlier-runs', 'both']) }).nullable(),
      underWay: z.array(z.object({ region: z.string(), assetType: z.string(), items: z.number() })),
    })
    .nullable(),
});
/** With what it is of. */
export const runOfAny = run.extend({ connectorName: z.string(), accountId: z.string(), accountType });

const runState = run.shape.state;

export const allRunsQuery = page.extend({
  /** `under-way`: queued or running; `with-problems`: failed, or some scopes not observed. */
  state: z.enum([...runState.options, 'under-way', 'with-problems']).optional(),
  connectorId: uuid.optional(),
  accountType: accountType.optional(),
  /** Asked for at this time or later. */
  since: isoTime.optional(),
});

export const runWithScopes = run.extend({
  scopes: z.array(runScope),
  /**
   * Of a run that has no plan, and so no `hub` of its own: the sessions that STS was asked for, the first before, as the audit
   * log has them. `refused` is what STS answered instead of a session.
   */
  sessions: z.array(
    z.object({
      hub,
      at: isoTime,
      sessionName: z.string(),
      refused: z.object({ code: z.enum(FAULT_CODES), title: z.string() }).nullable(),
    }),
  ),
});

/** What scheduled runs will take, told from the ledger. */
const plan = z.object({
  scopes: z.number(),
  /** Never observed yet: one call is reckoned for each, and it may be more. */
  newScopes: z.number(),
  skipped: skipped.nullable(),
  /** At the accounts; the calls to STS by which they are reached are their hubs'. */
  calls: z.number(),
  seconds: z.number(),
});
const planApi = z.object({ service: z.string(), operation: z.string(), calls: z.number() });
export const estatePlan = plan.extend({
  /** Enabled ones, and those of them that have no run to tell from. */
  connectors: z.number(),
  neverRan: z.number(),
  apis: z.array(planApi),
});
export const connectorPlan = plan.extend({
  /** The largest share of a quota among `apis`. */
  quotaSharePercent: z.number(),
  apis: z.array(
    planApi.extend({
      regions: z.number(),
      /** Of AWS, for one account and region. */
      quotaPerSecond: z.number(),
      /** false: AWS documents none, and the figure is a guess on the safe side. */
      documented: z.boolean(),
      /** Of what AWS allows the account while the run is under way, in the region where it is most. */
      sharePercent: z.number(),
    }),
  ),
});

// — readiness —

const readiness = z.enum(READINESS);
const readinessTotals = z.record(readiness, z.number());

/** One cause, with every scope that it keeps from being fresh. */
const reason = z.object({
  readiness,
  /** The fault's code; `stale` and `not-observed` where there is no fault. */
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  remedy: z.string(),
  /** Who can mend it. */
  mender: z.enum(MENDERS),
  /** The IAM actions that were denied. */
  actions: z.array(z.string()),
  /** Whether allowing the actions in the role's permissions policy mends it. */
  policyHelps: z.boolean(),
  /** The policy that denies, by a statement of its own or by not allowing, where AWS names one. */
  denial: z.object({ policy: z.string(), explicit: z.boolean(), policyArn: z.string().optional() }).nullable(),
  scopes: z.number(),
  regions: z.array(z.string()),
  assetTypes: z.array(z.string()),
  /** One of its faults, with AWS's own words. */
  fault: fault.nullable(),
});

/** One change of the role's permissions policy for all denied actions that it mends. */
const policyChange = z.object({
  denied: z.array(z.string()),
  /** What else the same asset types need; it was not reached, so nobody knows whether it is allowed. */
  alsoNeeded: z.array(z.string()),
  statement: z.record(z.string(), z.unknown()),
  permissionsPolicy: z.record(z.string(), z.unknown()),
  awsCli: z.string(),
  cloudFormationTemplate: z.string(),
  terraform: z.string(),
});

export const connectorReadiness = z.object({
  connectorId: uuid,
  at: isoTime,
  totals: readinessTotals,
  scopes: z.array(
    z.object({
      region: z.string(),
      assetType: z.string(),
      readiness,
      /** When the last complete observation ended, and how many items it saw. */
      completeAt: isoTime.nullable(),
      items: z.number(),
      /** Index of its reason; of a fresh scope, why some details of its items could not be read. */
      reason: z.number().nullable(),
    }),
  ),
  /** Those of the most scopes first. */
  reasons: z.array(reason),
  /** null where no change of the role's permissions policy helps, or none is needed. */
  policyChange: policyChange.nullable(),
});

/** Of many connectors: how their scopes stand at each place, and the causes that keep most of them from being fresh. */
export const readinessOfMany = z.object({
  /** When it was counted. */
  at: isoTime,
  totals: readinessTotals,
  cells: z.array(
    z.object({
      region: z.string(),
      assetType: z.string(),
      totals: z.partialRecord(readiness, z.number()),
      items: z.number(),
      oldestCompleteAt: isoTime.nullable(),
    }),
  ),
  reasons: z.array(
    reason
      .pick({ readiness: true, code: true, title: true, detail: true, remedy: true, mender: true, policyHelps: true })
      .extend({
        accountType,
        actions: z.array(z.string()),
        scopes: z.number(),
        connectors: z.number(),
        /** Those with the most such scopes. */
        examples: z.array(z.object({ id: uuid, name: z.string(), accountId: z.string() })),
      }),
  ),
});

export const readinessQuery = z.strictObject({
  accountType: accountType.optional(),
  /** Then it is counted now, from the connectors that read this account. */
  accountId: accountId.optional(),
});

export const placeQuery = page.extend({
  region: z.string().max(LIMITS.regionCharsMax),
  assetType: z.string().max(LIMITS.nameCharsMax),
  accountType: accountType.optional(),
});

export const notFresh = z.object({
  connectorId: uuid,
  name: z.string(),
  accountId: z.string(),
  readiness,
  completeAt: isoTime.nullable(),
});

// — alerts —

export const alertState = z.enum(['open', 'resolved']);

/** One for each cause why connectors have not been complete for too long, however many there are. */
export const alert = z.object({
  id: uuid,
  state: alertState,
  cause: z.object({
    /** The same for the same cause. */
    key: z.string(),
    accountType,
    /** What the roles are to be reached through, where that is what failed. */
    hub: hub.nullable(),
    /** IAM actions that are denied. */
    actions: z.array(z.string()),
    /** Of one of its connectors, in full. */
    fault,
  }),
  firstAt: isoTime,
  /** When it was seen last that connectors fail for this cause. */
  lastAt: isoTime,
  resolvedAt: isoTime.nullable(),
  /** How often it was opened: a cause that comes back within a day is the same alert. */
  occurrences: z.number(),
  connectors: z.object({
    /** Now, and at most at any time. */
    total: z.number(),
    most: z.number(),
    /** What became of others: complete again, disabled, or failing for another cause. */
    recovered: z.number(),
    disabled: z.number(),
    otherwise: z.number(),
  }),
});

export const alertPage = listOf(alert).extend({
  /** When a worker looked for alerts last; null when none ever has, so that no alerts mean nothing. */
  evaluatedAt: isoTime.nullable(),
});

export const alertConnector = z.object({
  connectorId: uuid,
  name: z.string(),
  accountId: z.string(),
  roleArn: z.string(),
  joinedAt: isoTime,
  lastCompleteAt: isoTime.nullable(),
  /** Whole polling intervals without a complete observation. */
  intervals: z.number(),
  /** Scopes concerned, and in how many regions; 0 when the role was not reached at all. */
  scopes: z.number(),
  regions: z.number(),
});

const webhookSettings = z.object({ kind: z.literal('webhook'), url: z.string() });
const emailSettings = z.object({
  kind: z.literal('email'),
  host: z.string(),
  port: z.number(),
  security: z.enum(['tls', 'starttls', 'none']),
  username: z.string().nullable(),
  from: z.string(),
  to: z.array(z.string()),
});

export const alertChannel = z.object({
  id: uuid,
  name: z.string(),
  enabled: z.boolean(),
  afterIntervals: z.number(),
  remindHours: z.number(),
  settings: z.discriminatedUnion('kind', [webhookSettings, emailSettings]),
  delivery: z.object({
    /** Messages on their way. */
    pending: z.number(),
    /** Failed tries in a row; 0 while it works. */
    failures: z.number(),
    lastFault: fault.nullable(),
    lastSentAt: isoTime.nullable(),
    nextTryAt: isoTime.nullable(),
  }),
  createdAt: isoTime,
  updatedAt: isoTime,
});

const emailAddress = z.email('must be an e-mail address, such as alerts@example.com').max(LIMITS.emailAddressCharsMax);
const channelFields = {
  name,
  enabled: z.boolean(),
  /** Polling intervals without a complete observation after which a connector is told of. */
  afterIntervals: z.number().int().min(LIMITS.alertIntervalsMin).max(LIMITS.alertIntervalsMax),
  /** Hours after which an alert that is still open is told again. */
  remindHours: z.number().int().min(1).max(LIMITS.alertRemindHoursMax),
};
const webhookFields = {
  url: z
    .url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
    .max(LIMITS.alertUrlCharsMax)
    .refine(text => !hasUserInfo(text), 'may not hold a user name or password; the receiver checks the signature.'),
};
const emailFields = {
  host: z
    .string()
    .max(LIMITS.hostNameCharsMax)
    .regex(/^[\w.:-]+$/, 'must be the name or the address of a mail server'),
  port: z.number().int().min(1).max(65_535),
  security: emailSettings.shape.security,
  username: z.string().min(1).max(LIMITS.nameCharsMax).nullable(),
  from: emailAddress,
  to: z.array(emailAddress).min(1).max(LIMITS.alertRecipientsMax),
};
/** Written and never read: what signs a webhook, or the password of the mail server. */
const channelSecret = z.string().max(LIMITS.alertSecretCharsMax);
const webhookSecret = channelSecret.min(LIMITS.alertSecretCharsMin);

const channelDefaults = {
  name,
  enabled: channelFields.enabled.default(true),
  afterIntervals: channelFields.afterIntervals.default(LIMITS.alertIntervalsDefault),
  remindHours: channelFields.remindHours.default(LIMITS.alertRemindHoursDefault),
};
export const alertChannelInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), ...channelDefaults, ...webhookFields, secret: webhookSecret }),
  z.strictObject({
    kind: z.literal('email'),
    ...channelDefaults,
    ...emailFields,
    security: emailFields.security.default('starttls'),
    username: emailFields.username.default(null),
    secret: channelSecret.min(1).optional(),
  }),
]);

/** The kind is given with what belongs to it, and cannot be changed. A secret that is not given stays. */
export const alertChannelChange = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook'),
    ...partialOf({ ...channelFields, ...webhookFields, secret: webhookSecret }),
  }),
  z.strictObject({
    kind: z.literal('email'),
    ...partialOf({ ...channelFields, ...emailFields, secret: channelSecret.min(1) }),
  }),
]);

function partialOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).partial().shape;
}

function hasUserInfo(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}

export const alertChannelTest = z.object({
  outcome: z.enum(['ok', 'failed']),
  fault: fault.nullable(),
  testedAt: isoTime,
});

export const alertDelivery = z.object({
  /** The id that the message carries. */
  id: uuid,
  alertId: uuid,
  event: z.enum(['opened', 'updated', 'reminder', 'resolved']),
  /** `failed`: given up; `replaced`: a newer message of the same alert went out instead. */
  state: z.enum(['pending', 'sent', 'failed', 'replaced']),
  tries: z.number(),
  fault: fault.nullable(),
  createdAt: isoTime,
  finishedAt: isoTime.nullable(),
});

// — assets —

export const asset = z.object({
  id: uuid,
  assetType: z.string(),
  partition: z.string(),
  accountId: z.string(),
  region: z.string(),
  nativeId: z.string(),
  arn: z.string().nullable(),
  name: z.string().nullable(),
  state: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  connectorTags: z.record(z.string(), z.string()),
  attributes: z.record(z.string(), z.unknown()),
  /**
   * What could not be read when it was seen last, each with its fault: names of `attributes`, `tags`, or `*` for all that its
   * listing does not tell. What was known of it before stays where it is.
   */
  unknown: z.record(z.string(), fault),
  firstSeenAt: isoTime,
  lastSeenAt: isoTime,
  changedAt: isoTime,
  goneAt: isoTime.nullable(),
  /** The connectors that see it. */
  connectorIds: z.array(uuid),
  /**
   * Whether anybody looks after it: `by-connectors` when at least one of them is enabled, `disabled` when none is, `detached`
   * when there is none. What is not looked after stays as it was last seen.
   */
  observed: z.enum(['by-connectors', 'disabled', 'detached']),
});

export const assetQuery = page.extend({
  query: z.string().max(LIMITS.queryCharsMax).default(''),
  app: app.optional(),
  /** Property to sort by, "-" before it for descending. */
  sort: z.string().max(64).default('name'),
});

/** How far a count can be trusted: scopes of the connectors it covers, by what is known of them. */
export const coverage = z.object({
  scopes: z.number(),
  complete: z.number(),
  oldestCompleteAt: isoTime.nullable(),
  notObserved: z.array(
    z.object({
      connectorId: uuid,
      region: z.string(),
      assetType: z.string(),
      outcome: scopeOutcome.nullable(),
      fault: fault.optional(),
    }),
  ),
  /** Connectors with scopes that were observed completely, but too long ago; the first of them, the oldest before. */
  staleConnectors: z.number(),
  stale: z.array(z.object({ connectorId: uuid, name: z.string(), enabled: z.boolean(), completeAt: isoTime })),
});

export const assetPage = listOf(asset).extend({
  /** Exact up to `countMax`; above it, "at least". */
  count: z.object({ value: z.number(), exact: z.boolean() }),
  coverage,
});

export const assetCountsQuery = z.strictObject({
  by: z.enum(['accountId', 'region', 'assetType', 'state']),
  query: z.string().max(LIMITS.queryCharsMax).default(''),
  app: app.optional(),
});
export const assetCounts = z.object({
  items: z.array(z.object({ value: z.string().nullable(), count: z.number() })),
  coverage,
});

export const assetChange = z.object({
  // Of one asset: 0 for that it appeared, unless it did so before histories were kept that way; larger for what came later.
  seq: z.number(),
  at: isoTime,
  runId: uuid.nullable(),
  event: z.enum(['appeared', 'changed', 'gone', 'returned', 'detached']),
  changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
});

/** What the asset search knows of a type: for the filter, the table's columns and the detail view. */
export const assetTypeInfo = z.object({
  assetType: z.string(),
  label: z.string(),
  plural: z.string(),
  properties: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      /** Where the value is in `attributes`, such as `placement.tenancy`; `[]` stands for every element of a list. */
      path: z.string(),
      /** Only `number` and `time` can be compared with < and >. */
      kind: z.enum(['text', 'number', 'boolean', 'time']),
      column: z.boolean(),
    }),
  ),
  /** Whether its assets have states. */
  hasStates: z.boolean(),
  iamActions: z.array(z.string()),
});

export type Problem = z.infer<typeof problem>;
export type WireFault = z.infer<typeof fault>;
