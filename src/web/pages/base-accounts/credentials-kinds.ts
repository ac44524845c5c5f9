import type { CredentialsKind } from './draft.ts';

/** What Causeway can act as in a base account, in the words of the form and of the pages. */
export const KIND_WORDS = {
  'access-key': {
    label: 'Access key',
    description: 'Of an IAM user in the base account. Stored sealed; it can be rotated here.',
    identity: 'IAM user',
  },
  'instance-profile': {
    label: 'Instance profile',
    description: 'Keyless: the role of the EC2 instance that Causeway runs on.',
    identity: 'role of the EC2 instance',
  },
  'container-role': {
    label: 'Container role',
    description: 'Keyless: the ECS task role or EKS Pod Identity of Causeway’s container.',
    identity: 'role of the container',
  },
  'web-identity': {
    label: 'Web identity',
    description: 'Keyless: a role that AWS gives for a token of an OIDC provider, read from a file.',
    identity: 'role of the web identity',
  },
} as const satisfies Record<CredentialsKind, { label: string; description: string; identity: string }>;

export function isCredentialsKind(text: string): text is CredentialsKind {
  return text in KIND_WORDS;
}

/** What acting without a stored key means, for every keyless kind. */
export const KEYLESS_MEANS =
  'No secret is stored here. What AWS gives for it is temporary, so the session in each connector’s role is chained: AWS ends it after one hour at most, and Causeway opens the next one by itself. Every machine that runs Causeway needs this identity; nothing else that a machine happens to have is ever used.';
