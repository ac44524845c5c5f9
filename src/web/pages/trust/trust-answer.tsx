import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../../api/contract.ts';

export type TrustAnswer = ReplyOf<'evaluateTrust'>;
type Finding = TrustAnswer['findings'][number];

/** What a trust policy does with one caller, which statement decides, and what else is to be said of it. */
export function TrustAnswerView({ answer, who }: { answer: TrustAnswer; who: string }) {
  const { type, header } = DECISIONS[answer.decision];
  return (
    <SpaceBetween size="s">
      <Alert type={type} header={header(who)}>
        {answer.because}
      </Alert>
      <Findings findings={answer.findings} />
      {answer.explanation.length > 0 && (
        <ExpandableSection headerText="The policy in words">
          <ul className="causeway-causes">
            {answer.explanation.map(sentence => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

const DECISIONS = {
  allowed: { type: 'success', header: (who: string) => `The policy lets ${who} in` },
  denied: { type: 'error', header: (who: string) => `The policy does not let ${who} in` },
  'cannot-tell': {
    type: 'warning',
    header: (who: string) => `Whether the policy lets ${who} in cannot be told from it alone`,
  },
} as const;

function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <Alert type="warning" header={findings.length === 1 ? '1 finding' : `${findings.length} findings`}>
      <ul className="causeway-causes">
        {findings.map(finding => (
          <li key={`${finding.code} ${finding.statement} ${finding.detail}`}>
            <SpaceBetween size="xxs">
              <Box variant="strong" color="inherit">
                {finding.title}
              </Box>
              <div>{finding.detail}</div>
              <div>
                <Box variant="strong" color="inherit">
                  What to do:{' '}
                </Box>
                {finding.remedy}
              </div>
            </SpaceBetween>
          </li>
        ))}
      </ul>
    </Alert>
  );
}
