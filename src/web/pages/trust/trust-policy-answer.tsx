import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { RequestOf } from '../../../api/contract.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { useRead } from '../../queries.ts';
import { type TrustAnswer, TrustAnswerView } from './trust-answer.tsx';
import { type EditChoice, FormChoice, TrustChange, type TrustForm } from './trust-change.tsx';

type Question = RequestOf<'evaluateTrust'>['body'];

/** What a pasted policy does, and the edit that lets the asked one in. */
export function TrustPolicyAnswer({ question, answer }: { question: Question; answer: TrustAnswer }) {
  const { externalId, principalArn } = question;
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">What it does</Header>}>
        <TrustAnswerView answer={answer} who={principalArn} />
      </Container>
      <Container
        header={
          <Header variant="h2" description="The smallest one that lets them in; the other statements stay as they are.">
            The change
          </Header>
        }
      >
        {externalId === undefined ? (
          <Box color="text-body-secondary">
            Enter an external ID above: an edit that lets somebody in without one is not proposed.
          </Box>
        ) : (
          <Advice question={{ ...question, externalId }} />
        )}
      </Container>
    </SpaceBetween>
  );
}

function Advice({
  question: { policy, roleArn, principalArn, externalId },
}: {
  question: Question & { externalId: string };
}) {
  const [form, setForm] = useState<TrustForm>('account');
  const [edit, setEdit] = useState<EditChoice>('overlap');
  const [typed, setTyped] = useState('');
  const [retiring, setRetiring] = useState<readonly string[]>([]);
  const read = useRead(
    'adviseTrust',
    { body: { policy, roleArn, hub: principalArn, externalId, retiring: [...retiring], form } },
    { keepPrevious: true },
  );
  return (
    <SpaceBetween size="m">
      <FormChoice form={form} onForm={setForm} />
      <FormField
        label={
          <>
            Who need not get in any longer <i>– optional</i>
          </>
        }
        description="Account IDs or ARNs, separated by commas; the final policy leaves them out."
        stretch
      >
        <Input
          value={typed}
          spellcheck={false}
          onChange={event => setTyped(event.detail.value)}
          onBlur={() => setRetiring(listIn(typed))}
        />
      </FormField>
      <Loaded read={read} what="the change">
        {advice => <TrustChange advice={advice} hub={principalArn} edit={edit} onEdit={setEdit} />}
      </Loaded>
    </SpaceBetween>
  );
}

function listIn(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
}
