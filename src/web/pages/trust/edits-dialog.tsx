import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { ReplyOf, RequestOf } from '../../../api/contract.ts';
import { hubInWords } from '../../../domain/hub.ts';
import { TRUST_STATES } from '../../../domain/trust-state.ts';
import { Code, saveFile } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { TRUST_STATE_WORDS } from '../../parts/trust-state.tsx';
import { zipOf } from '../../parts/zip.ts';
import { useRead } from '../../queries.ts';
import { useNotify } from '../../shell/notices.tsx';
import { countOf } from './migration-progress.tsx';
import type { Migration } from './trust-migration.tsx';

type Query = RequestOf<'trustEdits'>['query'];
type Edits = ReplyOf<'trustEdits'>;

/** Files that change the trust policies of roles in AWS: choose, see what they do and what they leave out, save. */
export function EditsDialog({ migration, onClose }: { migration: Migration; onClose: () => void }) {
  const { accountType, targetHub } = migration;
  const [query, setQuery] = useState<Query>({ format: 'aws-cli', form: 'overlap' });
  const notify = useNotify();
  const read = useRead('trustEdits', { params: { accountType }, query }, { keepPrevious: true, freshMs: 30_000 });
  const edits = read.isPlaceholderData ? undefined : read.data;
  const save = () => {
    if (!edits) return;
    saveAll(edits.files, `trust-${accountType}-${query.format}.zip`);
    notify({
      type: 'success',
      header: `The edits of ${roles(edits.roles)} were saved`,
      content: `${FORMATS[query.format].next} Then choose “Re-check all”.`,
    });
    onClose();
  };
  return (
    <Dialog
      size="large"
      header={`Download edits for ${accountTypeLabel(accountType)}`}
      action={{
        text: edits && edits.files.length > 1 ? `Save ${files(edits.files.length)} as ZIP` : 'Save the file',
        loadingText: 'Working the edits out',
        pending: read.isFetching && !edits,
        run: save,
        disabledReason: whyNotSaved(edits, read.error),
      }}
      error={null}
      onClose={onClose}
    >
      <Choices query={query} onChange={setQuery} totals={migration.totals} hub={targetHub && hubInWords(targetHub)} />
      <Loaded read={read} what="the edits">
        {reply => (
          <SpaceBetween size="s">
            <Summary edits={reply} />
            <LeftOut leftOut={reply.leftOut} />
            <Previews files={reply.files} />
          </SpaceBetween>
        )}
      </Loaded>
    </Dialog>
  );
}

/** One as it is; several in an archive, because they have folders and a browser saves one at a time. */
function saveAll(all: Edits['files'], archiveName: string): void {
  const [only, ...others] = all;
  const archive = () => ({ name: archiveName, content: zipOf(all, new Date()), mediaType: 'application/zip' });
  saveFile(only && others.length === 0 ? only : archive());
}

function whyNotSaved(edits: Edits | undefined, error: Error | null): string | undefined {
  if (!edits) return error ? 'The edits could not be worked out.' : undefined;
  return edits.files.length === 0 ? 'There is no role to edit with this choice.' : undefined;
}

const FORMATS = {
  'aws-cli': {
    label: 'AWS CLI script',
    description: 'Edits each role in its own account, keeps what was there before, and can be run again.',
    next: 'Run “bash change-trust-policies.sh --dry-run” to see what it would do, then without --dry-run. It needs credentials that may enter each account; its first lines say which.',
  },
  cloudformation: {
    label: 'CloudFormation',
    description: 'A template for each role, in the place of the one that its stack was made from.',
    next: 'Update the stack of each role with its template. Its metadata says what to do where the stack has more than the role.',
  },
  'stack-set': {
    label: 'CloudFormation StackSet',
    description: 'Templates for the accounts of an organisational unit, for roles as Causeway proposes them.',
    next: 'Update the StackSet that made the roles with the template.',
  },
  terraform: {
    label: 'Terraform',
    description: 'The new policies by role, and for roles that no configuration makes, files that import them.',
    next: 'Put causeway-trust-policies.tf.json beside your configuration; or run Terraform in the folder of an account, for roles that no configuration makes.',
  },
} as const satisfies Record<Query['format'], { label: string; description: string; next: string }>;

function formatOf(text: string): Query['format'] | undefined {
  return FORMAT_IDS.find(id => id === text);
}

const FORMAT_IDS = [
  'aws-cli',
  'cloudformation',
  'stack-set',
  'terraform',
] as const satisfies readonly Query['format'][];

function Choices({
  query,
  onChange,
  totals,
  hub,
}: {
  query: Query;
  onChange: (query: Query) => void;
  totals: Migration['totals'];
  hub: string | null;
}) {
  const { state: _, ...everyState } = query;
  const options = [
    { value: '', label: 'All that are not on target' },
    ...TRUST_STATES.map(state => ({
      value: state,
      label: `${TRUST_STATE_WORDS[state].label} (${countOf(totals, state).toLocaleString('en-US')})`,
    })),
  ];
  return (
    <SpaceBetween size="m">
      <FormField label="Format">
        <RadioGroup
          value={query.format}
          items={FORMAT_IDS.map(value => ({ value, ...FORMATS[value] }))}
          onChange={event => onChange({ ...query, format: formatOf(event.detail.value) ?? query.format })}
        />
      </FormField>
      <FormField label="What the roles trust afterwards">
        <RadioGroup
          value={query.form ?? 'overlap'}
          items={[
            {
              value: 'overlap',
              label: 'While moving: both hubs',
              description: `Admits ${hub} beside whoever is admitted now; nothing fails meanwhile.`,
            },
            {
              value: 'final',
              label: `In the end: only ${hub}`,
              description: 'For roles whose connectors are on target. A role that is not would fail until it is.',
            },
          ]}
          onChange={event =>
            onChange(
              event.detail.value === 'final'
                ? { ...everyState, form: 'final', state: 'on-target' }
                : { ...everyState, form: 'overlap' },
            )
          }
        />
      </FormField>
      <FormField label="Roles of which connectors">
        <Select
          selectedOption={options.find(({ value }) => value === (query.state ?? '')) ?? null}
          options={options}
          onChange={event => {
            const state = TRUST_STATES.find(each => each === event.detail.selectedOption.value);
            onChange(state ? { ...everyState, state } : everyState);
          }}
        />
      </FormField>
      {query.form === 'final' && query.state !== 'on-target' && (
        <Alert type="warning" header="These connectors are not on target">
          Their roles would no longer trust the hub that they are reached through now. If the target hub is refused for
          another reason than the trust policy, they stop working.
        </Alert>
      )}
    </SpaceBetween>
  );
}

function Summary({ edits }: { edits: Edits }) {
  if (edits.roles === 0) {
    return <Alert type="info">No role is edited with this choice.</Alert>;
  }
  return (
    <StatusIndicator type="success">{`${files(edits.files.length)} to edit ${roles(edits.roles)}.`}</StatusIndicator>
  );
}

/** Of one reason; more names would be read by nobody. */
const namesMax = 10;

function LeftOut({ leftOut }: { leftOut: Edits['leftOut'] }) {
  if (leftOut.length === 0) return null;
  const reasons = [...Map.groupBy(leftOut, ({ because }) => because)].map(([because, of]) => ({ because, of }));
  return (
    <ExpandableSection defaultExpanded headerText={`${roles(leftOut.length)} left out`}>
      <Table
        variant="embedded"
        ariaLabels={{ tableLabel: 'Roles left out' }}
        items={reasons}
        trackBy="because"
        wrapLines
        columnDefinitions={[
          { id: 'because', header: 'Why', cell: ({ because }) => because, isRowHeader: true, minWidth: 260 },
          { id: 'of', header: 'Connectors', cell: ({ of }) => namesInWords(of), minWidth: 200 },
        ]}
      />
    </ExpandableSection>
  );
}

function namesInWords(of: Edits['leftOut']): string {
  const names = of.slice(0, namesMax).map(({ name }) => name);
  const more = of.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more.toLocaleString('en-US')} more` : names.join(', ');
}

const previewLinesMax = 200;
const previewFilesMax = 5;

function Previews({ files: all }: { files: Edits['files'] }) {
  return (
    <SpaceBetween size="xs">
      {all.slice(0, previewFilesMax).map(({ name, content }) => {
        const lines = content.split('\n');
        const more = lines.length - previewLinesMax;
        return (
          <ExpandableSection
            key={name}
            headerText={name}
            headerDescription={`${lines.length.toLocaleString('en-US')} lines`}
          >
            <Code text={content} shown={lines.slice(0, previewLinesMax).join('\n')} label={name} fileName={name} />
            {more > 0 && (
              <Box color="text-body-secondary">{`and ${more.toLocaleString('en-US')} more lines in the file`}</Box>
            )}
          </ExpandableSection>
        );
      })}
      {all.length > previewFilesMax && (
        <Box color="text-body-secondary">{`and ${all.length - previewFilesMax} more files`}</Box>
      )}
    </SpaceBetween>
  );
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count.toLocaleString('en-US')} files`;
}

function roles(count: number): string {
  return count === 1 ? '1 role' : `${count.toLocaleString('en-US')} roles`;
}
