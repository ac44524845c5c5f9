import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../api/contract.ts';

export type Diagnosis = NonNullable<ReplyOf<'checkConnector'>['diagnosis']>;

/** Why a role was refused: the cause if it is proved, else what AWS's answers leave open, the likeliest first. */
export function DiagnosisView({ diagnosis: { certainty, causes } }: { diagnosis: Diagnosis }) {
  if (certainty === 'certain') {
    return causes.slice(0, 1).map(cause => <CauseView key={cause.code} cause={cause} prefix="The cause: " />);
  }
  return (
    <SpaceBetween size="xs">
      <Box variant="strong" color="inherit">
        One of these causes, the likeliest first. AWS’s answers do not tell them apart.
      </Box>
      <ol className="causeway-causes">
        {causes.map(cause => (
          <li key={cause.code}>
            <CauseView cause={cause} />
          </li>
        ))}
      </ol>
    </SpaceBetween>
  );
}

function CauseView({
  cause: { title, because, remedy },
  prefix = '',
}: {
  cause: Diagnosis['causes'][number];
  prefix?: string;
}) {
  return (
    <SpaceBetween size="xxs">
      <Box variant="strong" color="inherit">{`${prefix}${title}`}</Box>
      <div>{because}</div>
      <div>
        <Box variant="strong" color="inherit">
          What to do:{' '}
        </Box>
        {remedy}
      </div>
    </SpaceBetween>
  );
}
