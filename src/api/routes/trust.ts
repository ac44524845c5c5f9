import { ok } from '../../domain/result.ts';
import { analyseTrust } from '../../trust/analyse.ts';
import { answerAdvice } from '../../trust/answer-advice.ts';
import { conditionInWords } from '../../trust/explain-decision.ts';
import type { Handlers } from '../routes.ts';

export function trustRoutes(): Pick<Handlers, 'evaluateTrust' | 'adviseTrust'> {
  return {
    async evaluateTrust({ body: { externalId, context, ...question } }) {
      const analysis = analyseTrust({
        ...question,
        ...(externalId === undefined ? {} : { externalId }),
        ...(context === undefined ? {} : { context }),
      });
      if (!analysis.ok) return analysis;
      const { condition, ...answer } = analysis.value;
      return ok({ ...answer, ...(condition === undefined ? {} : { condition: conditionInWords(condition) }) });
    },
    async adviseTrust({ body }) {
      return answerAdvice(body);
    },
  };
}
