import { describe, expect, it } from 'vitest';
import { type BaseAccount, changeOf, DRAFT_FIELDS, draftOf, emptyDraft, inputOf, wrongIn } from './draft.ts';

const stored: BaseAccount = {
  id: '7b7f0c39-4b0f-4ea5-8f0e-2f6f1f1f1f1f',
  title: 'Central Security',
  accountType: 'global',
  accountId: '111111111111',
  credentialsKind: 'access-key',
  accessKeyIdEnding: 'ABCD',
  identityRoleArn: null,
  tokenFile: null,
  keyCreatedAt: '2026-01-01T00:00:00.000Z',
  proof: null,
  useInAssetView: false,
  cutover: 'safe',
  connectors: { total: 0, onThisHub: 0, moving: 0 },
  earlier: [],
  rotation: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};
const keyless: BaseAccount = {
  ...stored,
  credentialsKind: 'web-identity',
  accessKeyIdEnding: null,
  identityRoleArn: 'arn:aws:iam::111111111111:role/Causeway',
  tokenFile: '/token',
};

describe('a new base account', () => {
  it('sends of the credentials only what its kind has', () => {
    const draft = { ...emptyDraft('global'), accessKeyId: 'AKIAX', secretAccessKey: 's', tokenFile: '/t' };
    expect(inputOf(draft)).toMatchObject({ credentialsKind: 'access-key', accessKeyId: 'AKIAX', secretAccessKey: 's' });
    expect(inputOf(draft)).not.toHaveProperty('tokenFile');
    const machine = inputOf({ ...draft, credentialsKind: 'instance-profile' });
    expect(machine).not.toHaveProperty('accessKeyId');
    expect(machine).not.toHaveProperty('secretAccessKey');
  });

  it('asks for a key, for a role and a token file, or for nothing, as its kind needs it', () => {
    const draft = { ...emptyDraft('global'), title: 'x', accountId: '111111111111' };
    expect(wrongFields(draft, null)).toEqual(['accessKeyId', 'secretAccessKey']);
    expect(wrongFields({ ...draft, credentialsKind: 'web-identity' }, null)).toEqual(['identityRoleArn', 'tokenFile']);
    expect(wrongFields({ ...draft, credentialsKind: 'container-role' }, null)).toEqual([]);
  });
});

describe('a change', () => {
  it('without new credentials sends none, and nothing about what becomes of the old ones', () => {
    const change = changeOf({ ...draftOf(stored), title: ' Other ' }, stored);
    expect(change).toEqual({ title: 'Other', accountId: '111111111111', useInAssetView: false, cutover: 'safe' });
    expect(wrongFields(draftOf(stored), stored)).toEqual([]);
    expect(changeOf(draftOf(keyless), keyless)).not.toHaveProperty('identityRoleArn');
  });

  it('of the key says what becomes of the old one', () => {
    const draft = { ...draftOf(stored), accessKeyId: 'AKIAX', secretAccessKey: 's' };
    expect(changeOf(draft, stored)).toMatchObject({ accessKeyId: 'AKIAX', secretAccessKey: 's', replaced: 'overlap' });
    expect(changeOf({ ...draft, replaced: 'immediate' }, stored)).toMatchObject({ replaced: 'immediate' });
  });

  it('of the account or from keyless to a key needs a whole key', () => {
    expect(wrongFields({ ...draftOf(stored), accountId: '222222222222' }, stored)).toEqual([
      'accessKeyId',
      'secretAccessKey',
    ]);
    expect(wrongFields({ ...draftOf(keyless), credentialsKind: 'access-key' }, keyless)).toEqual([
      'accessKeyId',
      'secretAccessKey',
    ]);
  });

  it('of a web identity sends its role and its file', () => {
    const change = changeOf({ ...draftOf(keyless), tokenFile: '/other' }, keyless);
    expect(change).toMatchObject({
      credentialsKind: 'web-identity',
      identityRoleArn: keyless.identityRoleArn,
      tokenFile: '/other',
      replaced: 'overlap',
    });
  });
});

function wrongFields(draft: Parameters<typeof wrongIn>[0], before: BaseAccount | null) {
  return DRAFT_FIELDS.filter(field => wrongIn(draft, field, before) !== undefined);
}
