import type { GetAccountAuthorizationDetailsResponse } from '@aws-sdk/client-iam';
import type { Listing } from './define.ts';
import { listing } from './listing.ts';

/**
 * What IAM tells of an account in one listing: users, groups, roles and policies, each with its policies inside, so that
 * it need not be asked for each of them. Documents come encoded as in a URL, and are kept decoded.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
export function iamListing<Item>(
  filter: 'User' | 'Group' | 'Role' | 'LocalManagedPolicy',
  items: (answer: GetAccountAuthorizationDetailsResponse) => readonly Item[] | undefined,
): Listing<Item> {
  return listing('iam', 'GetAccountAuthorizationDetails', {
    input: token => ({ Filter: [filter], MaxItems: 1_000, Marker: token }),
    next: answer => (answer.IsTruncated ? answer.Marker : undefined),
    items,
  });
}

/** A policy document as text, from IAM's encoded form; as it came where it is not encoded. */
export function decodedDocument(document: string | undefined): string | undefined {
  if (document === undefined) return undefined;
  try {
    return decodeURIComponent(document);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return document;
  }
}

/** The inline policies of a user, group or role, with decoded documents. */
export function decodedPolicies<Policy extends { PolicyDocument?: string | undefined }>(
  policies: readonly Policy[] | undefined,
): Policy[] | undefined {
  return policies?.map(policy => ({ ...policy, PolicyDocument: decodedDocument(policy.PolicyDocument) }));
}
