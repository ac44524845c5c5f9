interface FindingRow {
  readonly title: string;
  readonly remedy: string;
}

/** The closed list of findings about trust policies; API, CLI and web show these words. */
export const FINDINGS = {
  'no-external-id': {
    title: 'No external ID is asked for',
    remedy: 'Add the condition "StringEquals": {"sts:ExternalId": "…"} with the connector’s external ID.',
  },
  'external-id-optional': {
    title: 'The external ID is optional',
    remedy: 'Write the operator without IfExists: a caller that sends no external ID passes an IfExists condition.',
  },
  'external-id-for-all-values': {
    title: 'The external ID is optional, because ForAllValues holds for an absent key',
    remedy: 'Write StringEquals without ForAllValues; sts:ExternalId has one value.',
  },
  'external-id-negated': {
    title: 'Every external ID but some, and none, is accepted',
    remedy: 'Write StringEquals with the connector’s external ID instead of a negated operator.',
  },
  'external-id-wildcard': {
    title: 'More than one external ID fits',
    remedy: 'Name the external ID exactly, with StringEquals and without * and ?.',
  },
  'several-external-ids': {
    title: 'Several external IDs are accepted',
    remedy: 'Keep both while one replaces the other, then remove the old one.',
  },
  'weak-external-id': {
    title: 'The external ID can be guessed',
    remedy: 'Use a generated external ID, one per connector: account IDs, names and short words are not secret.',
  },
  'wildcard-principal': {
    title: 'Everybody is trusted',
    remedy: 'Name the hub’s user or role under "AWS" instead of "*".',
  },
  'account-principal': {
    title: 'A whole account is trusted',
    remedy: 'Name the hub’s user or role, or keep the account and add a condition ArnEquals on aws:PrincipalArn.',
  },
  'orphaned-principal': {
    title: 'A principal was deleted',
    remedy:
      'Replace the ID by the ARN of the user or role; AWS shows an ID once its owner was deleted, even if one of the same name exists again.',
  },
  'invalid-principal': {
    title: 'AWS does not accept a principal',
    remedy: 'Name accounts by ID or root ARN, and users and roles by their whole ARN; * stands only alone.',
  },
  'foreign-account': {
    title: 'Another account is trusted',
    remedy: 'Remove it, unless you know whose it is and what for.',
  },
  'not-principal-allow': {
    title: 'Everybody but some is trusted',
    remedy: 'Use Principal with the hub’s user or role; Allow with NotPrincipal trusts every other account too.',
  },
  'not-principal-deny': {
    title: 'A Deny with NotPrincipal is hard to foresee',
    remedy: 'Use Principal "*" with a condition ArnNotEquals on aws:PrincipalArn, as AWS recommends.',
  },
  'unknown-operator': {
    title: 'A condition operator is not known',
    remedy: 'Correct its name, with its case, such as StringEquals; it is taken for neither held nor failed here.',
  },
  'over-default-size': {
    title: 'The policy is larger than the default quota',
    remedy: 'Shorten it, or ask AWS for a larger "Role trust policy length" in the account of the role.',
  },
  'over-maximum-size': {
    title: 'The policy is larger than AWS keeps',
    remedy:
      'Shorten it: one statement with lists in place of many alike, an account with a condition in place of many ARNs.',
  },
} as const satisfies Record<string, FindingRow>;

export type FindingCode = keyof typeof FINDINGS;
