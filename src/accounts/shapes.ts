import type { ConnectorState } from '../domain/connector-state.ts';
import type { AccessKeySource, CredentialsKind, KeylessSource } from '../domain/credentials.ts';
import type { Fault } from '../domain/faults.ts';
import type { Hub } from '../domain/hub.ts';
import type { AccountType } from '../domain/partition.ts';
import type { DiagnosisRow } from '../store/connectors.ts';
import type { KeyRotation } from './key-rotation/views.ts';

/**
 * What the use cases of this folder take and give. The wire shapes of the API are the same with times as ISO text and
 * faults with their catalogue words.
 */

export type App = 'cloud-view' | 'asset-view';
export type Cutover = 'safe' | 'immediate';

/** One page of a list; `cursor` is what the page before gave as `nextCursor`. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** What AWS said about a hub's credentials when they were tried last. */
export interface IdentityProof {
  readonly checkedAt: Date;
  readonly outcome: 'ok' | 'failed';
  readonly callerArn: string | null;
  readonly fault: Fault | null;
}

export interface BaseAccount {
  readonly id: string;
  readonly title: string;
  readonly accountType: AccountType;
  readonly accountId: string;
  readonly credentialsKind: CredentialsKind;
  /** null for a keyless kind. */
  readonly accessKeyIdEnding: string | null;
  /** Of a web identity; else null. */
  readonly identityRoleArn: string | null;
  readonly tokenFile: string | null;
  readonly keyCreatedAt: Date;
  readonly proof: IdentityProof | null;
  readonly useInAssetView: boolean;
  readonly cutover: Cutover;
  readonly connectors: { readonly total: number; readonly onThisHub: number; readonly moving: number };
  /** Credentials that were replaced and are kept, the latest first. */
  readonly earlier: readonly EarlierCredentials[];
  /** The latest replacement of the key by Causeway itself, if it is not over or ended lately. */
  readonly rotation: KeyRotation | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface EarlierCredentials {
  readonly accountId: string;
  readonly accessKeyIdEnding: string | null;
  readonly retiredAt: Date | null;
  /** Connectors that still run through them. */
  readonly connectors: number;
}

/** What somebody gives us to act as, with its secret. */
export type NewCredentials = (AccessKeySource & { readonly secretAccessKey: string }) | KeylessSource;

/** Which fields the credentials need follows from their kind. */
export interface BaseAccountInput {
  readonly title: string;
  readonly accountType: AccountType;
  readonly accountId: string;
  readonly credentialsKind: CredentialsKind;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly identityRoleArn?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly useInAssetView: boolean;
  readonly cutover: Cutover;
  readonly saveUnverified: boolean;
}

/** Only what is to change; `accountType` is here to be refused with a sentence of its own. */
export type BaseAccountChange = { readonly [Field in keyof BaseAccountInput]?: BaseAccountInput[Field] | undefined } & {
  /** What becomes of credentials that are replaced; `overlap` when absent. */
  readonly replaced?: 'overlap' | 'immediate' | undefined;
};

export interface Connector {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly accountType: AccountType;
  readonly roleArn: string;
  readonly externalId: string;
  readonly accountId: string;
  /** null: every region that the account has enabled. */
  readonly regions: readonly string[] | null;
  readonly pollingMinutes: number;
  readonly apps: readonly App[];
  readonly enabled: boolean;
  readonly assetTags: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly state: ConnectorState;
  readonly currentHub: Hub | null;
  readonly targetHub: Hub | null;
  readonly moving: boolean;
  /** While moving, or running through earlier credentials of the target hub: why the target hub was refused last. */
  readonly targetFault: Fault | null;
  readonly lastCheck: CheckResult | null;
  readonly lastRun: {
    readonly id: string;
    readonly state: string;
    readonly startedAt: Date | null;
    readonly finishedAt: Date | null;
    readonly fault: Fault | null;
  } | null;
  readonly lastCompleteAt: Date | null;
  /** null while it is disabled. */
  readonly nextRunAt: Date | null;
  readonly assets: number;
  readonly scopes: { readonly total: number; readonly complete: number };
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ConnectorInput {
  readonly name: string;
  readonly description: string;
  readonly accountType: AccountType;
  readonly roleArn: string;
  /** Generated when absent. */
  readonly externalId?: string | undefined;
  readonly regions: readonly string[] | null;
  readonly pollingMinutes: number;
  readonly apps: readonly App[];
  readonly enabled: boolean;
  readonly assetTags: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Only what is to change; `accountType` is here to be refused with a sentence of its own. */
export type ConnectorChange = { readonly [Field in keyof ConnectorInput]?: ConnectorInput[Field] | undefined };

export interface ConnectorFilter {
  readonly accountType?: AccountType | undefined;
  readonly state?: ConnectorState | 'needs-attention' | undefined;
  /** Part of the name, the role ARN (so also the account ID) or the description, in any case. */
  readonly search?: string | undefined;
}

export type ProbeAnswer = 'accepted' | 'refused' | 'not-run';

export interface CheckResult {
  readonly outcome: 'ok' | 'failed';
  readonly hub: Hub | null;
  readonly checkedAt: Date;
  readonly callerArn?: string;
  readonly probes: {
    readonly withExternalId: ProbeAnswer;
    readonly withoutExternalId: ProbeAnswer;
    readonly wrongExternalId: ProbeAnswer;
  };
  /** Why it failed; on an ok result, a warning such as a role that is open to a confused deputy. */
  readonly fault?: Fault;
  /** While moving: why the target hub was refused although the current hub works. */
  readonly targetFault?: Fault;
  /** Causes of `fault`, or of `targetFault` when only the target hub was refused. */
  readonly diagnosis?: DiagnosisRow;
  /** When Causeway tries again by itself, because the role may have been made or edited a moment ago. */
  readonly nextTryAt?: Date;
}

/** What somebody creates in AWS for a connector, with everything filled in. */
export interface RoleSetup {
  readonly trusted: Hub | null;
  readonly roleName: string;
  readonly externalId: string;
  readonly trustPolicy: PolicyDocument;
  readonly permissionsPolicy: PolicyDocument;
  readonly cloudFormationTemplate: string;
  readonly terraform: string;
  readonly awsCli: string;
}

export type PolicyDocument = Readonly<Record<string, unknown>>;

export type ImpactChange = 'create' | 'edit' | 'delete' | 'roll-back' | 'immediate-cutover';
export type ImpactOutcome = 'moves' | 'stays' | 'breaks' | 'unknown';

/** What a change of hubs does to the connectors of an account type. */
export interface Impact {
  readonly change: ImpactChange;
  readonly accountType: AccountType;
  /** The target hub after the change; null when there is none. */
  readonly hubAfter: Hub | null;
  readonly takenAt: Date;
  /** By name. */
  readonly connectors: readonly ConnectorImpact[];
  readonly totals: Readonly<Record<ImpactOutcome, number>>;
}

/** What it does to one of them at its next run; to one that is disabled, at the first run after it is enabled. */
export interface ConnectorImpact {
  readonly connectorId: string;
  readonly name: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly outcome: ImpactOutcome;
  /** It stops working, or AWS did not answer whether it does. */
  readonly mayBreak: boolean;
  readonly worksNow: boolean;
  readonly hubNow: Hub | null;
  /** What it will go through or, when nothing lets it in, is to go through. */
  readonly hubAfter: Hub | null;
  /** When AWS let that hub in, or refused it. */
  readonly provedAt?: Date;
  /** Why the target hub after the change does not let it in. */
  readonly fault?: Fault;
  readonly trustPolicy: PolicyDocument;
}
