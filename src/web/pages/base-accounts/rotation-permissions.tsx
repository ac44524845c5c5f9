import { JsonCode } from '../../parts/code.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { useRead } from '../../queries.ts';

/** What the IAM user of a base account has to be allowed on itself, so that Causeway can replace its key. */
export function RotationPermissions({ baseAccountId }: { baseAccountId: string }) {
  const policies = useRead('hubPolicy', { params: { id: baseAccountId } });
  return (
    <Loaded read={policies} what="the permissions">
      {({ selfManagement }) => (
        <JsonCode value={selfManagement} label="key rotation policy" fileName="key-rotation-policy.json" />
      )}
    </Loaded>
  );
}
