import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../../api/contract.ts';
import { JsonCode } from '../../parts/code.tsx';

/** Policies to attach, each to copy or save by itself. */
export function HubPolicies({ policies }: Pick<ReplyOf<'hubPolicy'>, 'policies'>) {
  return (
    <SpaceBetween size="m">
      {policies.map((policy, index) => {
        const which = policies.length === 1 ? '' : ` ${index + 1} of ${policies.length}`;
        const number = policies.length === 1 ? '' : `-${index + 1}`;
        return (
          <JsonCode key={number} value={policy} label={`hub policy${which}`} fileName={`hub-policy${number}.json`} />
        );
      })}
    </SpaceBetween>
  );
}
