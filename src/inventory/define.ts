import type { Fault } from '../domain/faults.ts';
import type { Result } from '../domain/result.ts';
import type { FieldsText } from './fields-text.ts';
import type { IsKnown, RawPath, RawRequest } from './raw.ts';
import type { InputOf, OperationOf, OutputOf, ServiceName } from './services.ts';

/**
 * What Causeway knows about one type of AWS resource. A new type is one file that exports such a value (made by
 * `assetType`), and one line in registry.ts; sync, search, role policies, screens and docs read everything else from here.
 */
export interface AssetType {
  /** The CloudFormation name, such as `AWS::EC2::Instance`. */
  readonly assetType: string;
  readonly label: string;
  readonly plural: string;
  readonly service: ServiceName;
  /** Whether it is listed once per region or once per account. */
  readonly scope: 'regional' | 'global';
  /** What the connector's role must be allowed to do so that this type can be read. */
  readonly iamActions: readonly string[];
  /** The operations that read it, the listing first. */
  readonly operations: readonly string[];
  /** Whether its resources have states. */
  readonly hasStates: boolean;
  /** What can be searched for and shown as a column, beyond what every asset has. */
  readonly properties: readonly AssetProperty[];
  /** Fields of AWS's answer that are not in `attributes`, each with its reason. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Which reader this is: another text when the same answer of AWS may become another asset. */
  readonly readWith: string;
  /** A resource as AWS answers it, made up, with its native id; documentation, simulated AWS and tests are made from it. */
  readonly sample: { readonly id: string; readonly item: object };
  /**
   * Reads the listing page by page. Ends after the last page, or with the first fault: then the listing is not complete.
   * With `isKnown`, resources whose bytes it knows are not read where the source can tell (`AssetPage.unchanged`).
   */
  pages(calls: AwsCalls, isKnown?: IsKnown): AsyncIterable<Result<AssetPage>>;
}

/** A field of `attributes` that people search for. */
export interface AssetProperty {
  /** As it is written in a query and in `assetTypeInfo`; the same name means the same thing in every type. */
  readonly name: string;
  readonly label: string;
  /** Where the value is in `attributes`, such as `placement.availabilityZone`; `[]` stands for every element of a list. */
  readonly path: string;
  readonly kind: 'text' | 'number' | 'boolean' | 'time';
  /** Whether lists show it as a column unless told otherwise. */
  readonly column: boolean;
  /**
   * Whether free-text search finds an asset by it: by what is the asset's own (an address, somebody's words); by what many
   * assets share, such as their VPC or instance type, which is indexed once and not for each asset; by a DNS name, of which they share
   * all but the first label; or by the whole id of an instance or interface that belongs to it, or it to them.
   */
  readonly inSearch?: 'own' | 'shared' | 'dns' | 'id';
}

/** Where the items of a type come from; made by `listing`. */
export interface Listing<Item> {
  readonly service: ServiceName;
  readonly operation: string;
  readonly action: string;
  /** The listing that gives the parents, where there is one. */
  readonly parent?: Pick<Listing<unknown>, 'operation' | 'action'>;
  /** Where the items are, if they are compared by their bytes. */
  readonly raw?: RawPath;
  pages(calls: AwsCalls, isKnown?: IsKnown): AsyncIterable<Result<ListedPage<Item>>>;
}

export interface ListedPage<Item> {
  readonly items: readonly Item[];
  /** The raw hashes of the items that were known and are not among `items`. */
  readonly unchanged: readonly string[];
}

/** A further call that reads what the listing does not have; made by `detail`. */
export interface Detail<Item> {
  readonly operation: string;
  readonly action: string;
  /** The fields that it gives, as AWS writes them; `*` for everything that the listing has not. */
  readonly fields: readonly string[];
  /** How many items one call may ask for. */
  readonly batchMax: number;
  /** Whether an earlier detail gave what this one needs. */
  ready(item: Item): boolean;
  /** The fields of each item, in order; `gone` where AWS did not know the item any more. */
  read(calls: AwsCalls, items: readonly Item[]): Promise<Result<readonly (Partial<Item> | 'gone')[]>>;
}

export interface AssetPage {
  /** How many items there are. */
  readonly size: number;
  /** Makes them anew each time: they take many times what they are made from, so nobody need keep them. */
  items(): ListedAsset[];
  /** The raw hashes of resources on the page that are as the caller knows them; they were not read. */
  readonly unchanged: readonly string[];
}

export interface ListedAsset extends ObservedAsset {
  /** The hash of the bytes that it was read from, where the source has one (src/inventory/raw.ts). */
  readonly rawHash: string | null;
}

/** A resource in the form that is stored, the same for every type. */
export interface ObservedAsset {
  readonly nativeId: string;
  /** Only where AWS's answer has one; never put together from parts. */
  readonly arn: string | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly attributes: Attributes | FieldsText;
  /** The account that owns it, where AWS says so: shared resources are listed in other accounts too. */
  readonly ownerId: string | null;
  /**
   * What could not be read this time: names of `attributes`, or `tags`, or `*` for all that the listing does not tell, each
   * with its fault; null when AWS did not know the resource any more, although it had just listed it. Absent: everything
   * was read.
   */
  readonly unread?: Readonly<Record<string, Fault | null>>;
}

/** JSON: what AWS answered with camelCase names, dates as ISO 8601 text. */
export type Attributes = { readonly [name: string]: unknown };

/**
 * AWS as one role sees it in one region. Sends an operation of a service; faults are values; retries and pacing are the
 * callee's business.
 */
export type AwsCalls = <Service extends ServiceName, Operation extends OperationOf<Service>>(
  service: Service,
  operation: Operation,
  input: InputOf<Service, Operation>,
  options?: CallOptions,
) => Promise<Result<OutputOf<Service, Operation>>>;

export interface CallOptions {
  /** Another region than that of the scope, as for the details of an S3 bucket. */
  readonly region?: string | undefined;
  /** The IAM action, where it is not named as the operation. */
  readonly action?: string | undefined;
  /** Which items of the answer need not be read. */
  readonly raw?: RawRequest | undefined;
}
