import type { Result } from '../domain/result.ts';
import type { Ec2Calls } from './ec2-listing.ts';

/**
 * What Causeway knows about one type of AWS resource. A new type is one file that exports such a value, and one line in
 * registry.ts; sync, search, role policies and screens read everything else from here.
 */
export interface AssetType {
  /** The CloudFormation name, such as `AWS::EC2::Instance`. */
  readonly assetType: string;
  readonly label: string;
  readonly plural: string;
  readonly service: 'ec2';
  /** Whether it is listed once per region or once per account. */
  readonly scope: 'regional' | 'global';
  /** What the connector's role must be allowed to do so that this type can be listed. */
  readonly iamActions: readonly string[];
  /** What can be searched for and shown as a column, beyond what every asset has. */
  readonly properties: readonly AssetProperty[];
  /** Fields of AWS's answer that are not in `attributes`, each with its reason. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Reads the listing page by page. Ends after the last page, or with the first fault: then the listing is not complete. */
  pages(calls: AwsCalls): AsyncIterable<Result<AssetPage>>;
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
  /** Whether free-text search finds an asset by it. */
  readonly inSearch?: boolean;
}

export interface AssetPage {
  readonly items: readonly AssetItem[];
}

/**
 * One resource on a page. It is read only when needed, so that a source that can tell from the raw bytes that a resource
 * is unchanged need not parse it.
 */
export interface AssetItem {
  readonly nativeId: string;
  read(): ObservedAsset;
}

/** A resource in the form that is stored, the same for every type. */
export interface ObservedAsset {
  readonly nativeId: string;
  /** Only where AWS's answer has one; never put together from parts. */
  readonly arn: string | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly attributes: Attributes;
  /** The account that owns it, where AWS says so: shared resources are listed in other accounts too. */
  readonly ownerId: string | null;
}

/** JSON: what AWS answered with camelCase names, dates as ISO 8601 text. */
export type Attributes = { readonly [name: string]: unknown };

/** AWS as one role sees it in one region. */
export interface AwsCalls {
  readonly ec2: Ec2Calls;
}
