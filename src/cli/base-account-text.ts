import type { ReplyOf } from '../api/contract.ts';
import type { BaseAccount } from './find-base-account.ts';
import { rotationText } from './rotation-text.ts';
import { facts, table, time } from './text.ts';

export function baseAccountTable(accounts: readonly BaseAccount[]): string {
  const headings = ['title', 'account type', 'account', 'credentials', 'proof', 'connectors', 'moving'];
  const rows = accounts.map(account => {
    const { title, accountType, accountId, proof, connectors } = account;
    return [
      title,
      accountType,
      accountId,
      credentialsText(account),
      proof?.outcome ?? null,
      connectors.total,
      connectors.moving,
    ];
  });
  return table(headings, rows);
}

export function baseAccountText(account: BaseAccount): string {
  const { proof, connectors, earlier, rotation } = account;
  const head = facts([
    ['Id', account.id],
    ['Title', account.title],
    ['Account type', account.accountType],
    ['Account', account.accountId],
    ['Credentials', `${credentialsText(account)}, since ${time(account.keyCreatedAt)}`],
    ...(account.identityRoleArn === null ? [] : [['Role', account.identityRoleArn] as const]),
    ...(account.tokenFile === null ? [] : [['Token file', account.tokenFile] as const]),
    ['Proof', proof && `${proof.outcome}, ${time(proof.checkedAt)}${proof.callerArn ? `, as ${proof.callerArn}` : ''}`],
    ...(proof?.fault ? [['Fault', `${proof.fault.title}: ${proof.fault.detail}`] as const] : []),
    ['Use in AssetView', account.useInAssetView ? 'yes' : 'no'],
    ['Cutover', account.cutover],
    ['Connectors', `${connectors.total}, of these ${connectors.onThisHub} on this hub and ${connectors.moving} moving`],
    ['Created', time(account.createdAt)],
    ['Changed', time(account.updatedAt)],
  ]);
  const kept =
    earlier.length === 0
      ? ''
      : `\n\nKept for connectors that the new credentials do not reach yet, and for a roll-back:\n${table(
          ['account', 'key', 'replaced', 'connectors'],
          earlier.map(one => [one.accountId, ending(one.accessKeyIdEnding), time(one.retiredAt), one.connectors]),
        )}`;
  return `${head}${kept}${rotation ? `\n\nKey rotation:\n${rotationText(rotation)}` : ''}`;
}

export function proofText({ outcome, callerArn, checkedAt, fault }: ReplyOf<'checkBaseAccount'>): string {
  return facts([
    ['Outcome', outcome],
    ['Checked', time(checkedAt)],
    ['Caller', callerArn],
    ['Fault', fault && `${fault.title}: ${fault.detail}`],
    ['What to do', fault?.remedy ?? null],
  ]);
}

function credentialsText({ credentialsKind, accessKeyIdEnding }: BaseAccount): string {
  return credentialsKind === 'access-key'
    ? `key ${ending(accessKeyIdEnding) ?? ''}`
    : credentialsKind.replace('-', ' ');
}

function ending(accessKeyIdEnding: string | null): string | null {
  return accessKeyIdEnding === null ? null : `…${accessKeyIdEnding}`;
}
