import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../api/contract.ts';

export type Diagnosis = NonNullable<ReplyOf<'checkConnector'>['diagnosis']>;
type Cause = Diagnosis['causes'][number];

/** More are looked at only when these are not it. */
const shownMax = 3;

/** Why a role was refused: the cause if it is proved, else what AWS’s answers leave open, the likeliest first. */
export function DiagnosisView({ diagnosis }: { diagnosis: Diagnosis }) {
  const { certainty, causes } = diagnosis;
  if (certainty === 'certain') return <DiagnosisInShort diagnosis={diagnosis} />;
  const more = causes.slice(shownMax);
  return (
    <SpaceBetween size="xs">
      <Box variant="strong" color="inherit">
        One of these causes, the likeliest first. AWS’s answers do not tell them apart.
      </Box>
      <Causes causes={causes.slice(0, shownMax)} from={1} />
      {more.length > 0 && (
        <ExpandableSection headerText={more.length === 1 ? '1 less likely cause' : `${more.length} less likely causes`}>
          <Causes causes={more} from={shownMax + 1} />
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

/** The proved or likeliest cause only, for where little room is. */
export function DiagnosisInShort({ diagnosis: { certainty, causes } }: { diagnosis: Diagnosis }) {
  const [first] = causes;
  if (!first) return null;
  const open = causes.length === 1 ? 'Likely cause: ' : `The likeliest of ${causes.length} causes: `;
  return <CauseView cause={first} prefix={certainty === 'certain' ? 'The cause: ' : open} />;
}

function Causes({ causes, from }: { causes: readonly Cause[]; from: number }) {
  return (
    <ol className="causeway-causes" start={from}>
      {causes.map(cause => (
        <li key={cause.code}>
          <CauseView cause={cause} />
        </li>
      ))}
    </ol>
  );
}

function CauseView({ cause: { title, because, remedy }, prefix = '' }: { cause: Cause; prefix?: string }) {
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
