import { type ConnectorTrust, connectorTrust } from '../../accounts/connector-trust.ts';
import type { AccountsDeps } from '../../accounts/deps.ts';
import { mapped } from '../../domain/result.ts';
import { analyseTrust, type TrustAnalysis } from '../../trust/analyse.ts';
import { answerAdvice } from '../../trust/answer-advice.ts';
import { conditionInWords } from '../../trust/explain-decision.ts';
import { wireFault } from '../fault-reply.ts';
import type { Handlers, WireOf } from '../routes.ts';

export function trustRoutes(deps: AccountsDeps): Pick<Handlers, 'evaluateTrust' | 'adviseTrust' | 'connectorTrust'> {
  return {
    async evaluateTrust({ body: { externalId, context, ...question } }) {
      const analysis = analyseTrust({
        ...question,
        ...(externalId === undefined ? {} : { externalId }),
        ...(context === undefined ? {} : { context }),
      });
      return mapped(analysis, wireAnalysis);
    },
    async adviseTrust({ body }) {
      return answerAdvice(body);
    },
    async connectorTrust({ params: { id }, query: { form } }) {
      return mapped(await connectorTrust(deps, { id, form }), wireTrust);
    },
  };
}

function wireTrust({ evidence, policy, analysis, ...trust }: ConnectorTrust): WireOf<'connectorTrust'> {
  return {
    ...trust,
    evidence: evidence.map(({ fault, at, ...one }) => ({
      ...one,
      at: at.toISOString(),
      fault: fault && wireFault(fault),
    })),
    policy: policy.known
      ? { ...policy, readAt: policy.readAt.toISOString() }
      : {
          ...policy,
          fault: policy.fault && wireFault(policy.fault),
          triedAt: policy.triedAt?.toISOString() ?? null,
        },
    analysis: analysis && wireAnalysis(analysis),
  };
}

function wireAnalysis({ condition, ...answer }: TrustAnalysis): WireOf<'evaluateTrust'> {
  return { ...answer, ...(condition === undefined ? {} : { condition: conditionInWords(condition) }) };
}
