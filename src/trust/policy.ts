import type { JsonObject } from './json-node.ts';
import type { NamedPrincipal } from './principal.ts';

/** A role's trust policy (its assume-role policy document), every list a list and every value a text. */
export interface TrustPolicy {
  /** Policy variables such as ${aws:username} exist only in 2012-10-17; without a Version AWS reads 2008-10-17. */
  readonly version: '2012-10-17' | '2008-10-17';
  readonly statements: readonly Statement[];
  /** Characters that AWS counts against the quota: all but white space. */
  readonly sizeChars: number;
  /** The document as it was given, for edits. */
  readonly document: JsonObject;
}

export interface Statement {
  /** Counted from 0. */
  readonly index: number;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly principals: PrincipalElement;
  readonly actions: ActionElement;
  readonly conditions: readonly Condition[];
}

export interface PrincipalElement {
  readonly element: 'Principal' | 'NotPrincipal';
  readonly named: readonly NamedPrincipal[];
}

export interface ActionElement {
  readonly element: 'Action' | 'NotAction';
  readonly patterns: readonly string[];
}

/** One key under one operator; all conditions of a statement must hold. */
export interface Condition {
  /** As written, such as `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  /** As written; names are compared without case. */
  readonly key: string;
  /** One of them must match (none of them, for a negated operator). */
  readonly values: readonly string[];
}
