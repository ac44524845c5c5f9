import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import type { ReplyOf } from '../../../api/contract.ts';
import { Code, JsonCode } from '../../parts/code.tsx';
import { Facts } from '../../parts/facts.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { PageLink } from '../../parts/links.tsx';
import { PATHS } from '../../paths.ts';

type RoleSetup = ReplyOf<'roleSetup'>;

/** What somebody creates in AWS for a connector: whom the role trusts, and four ways to make it. */
export function RoleSetupView({ setup }: { setup: RoleSetup }) {
  return (
    <SpaceBetween size="l">
      {setup.trusted ? (
        <Facts
          columns={2}
          facts={[
            {
              label: `Account to trust (${setup.trusted.kind === 'base-account' ? 'your base account' : 'the platform account'})`,
              value: <CopyableId text={setup.trusted.accountId} what="account ID to trust" />,
            },
            { label: 'Role name', value: <CopyableId text={setup.roleName} what="role name" /> },
            { label: 'External ID', value: <CopyableId text={setup.externalId} what="external ID" /> },
          ]}
        />
      ) : (
        <NothingToTrust />
      )}
      <Tabs
        ariaLabel="Ways to create the role"
        variant="container"
        tabs={[
          {
            id: 'cloudformation',
            label: 'CloudFormation template',
            content: (
              <Way text="In the account to be read, open CloudFormation, create a stack from this template and wait until it is complete. The stack’s output is the role ARN.">
                <Code
                  text={setup.cloudFormationTemplate}
                  label="CloudFormation template"
                  fileName={`${setup.roleName}.json`}
                />
              </Way>
            ),
          },
          {
            id: 'terraform',
            label: 'Terraform',
            content: (
              <Way text="Apply this with a provider for the account to be read.">
                <Code text={setup.terraform} label="Terraform configuration" fileName={`${setup.roleName}.tf`} />
              </Way>
            ),
          },
          {
            id: 'cli',
            label: 'AWS CLI',
            content: (
              <Way text="Run this in a shell that is signed in to the account to be read.">
                <Code text={setup.awsCli} label="AWS CLI commands" fileName={`${setup.roleName}.sh`} />
              </Way>
            ),
          },
          {
            id: 'policies',
            label: 'Policies',
            content: (
              <ColumnLayout columns={2}>
                <Way text="Trust policy: who may assume the role.">
                  <JsonCode value={setup.trustPolicy} label="trust policy" fileName="trust-policy.json" />
                </Way>
                <Way text="Permissions policy: what the role may read.">
                  <JsonCode
                    value={setup.permissionsPolicy}
                    label="permissions policy"
                    fileName="permissions-policy.json"
                  />
                </Way>
              </ColumnLayout>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}

function Way({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <SpaceBetween size="s">
      <Box variant="p">{text}</Box>
      {children}
    </SpaceBetween>
  );
}

function NothingToTrust() {
  return (
    <Alert type="warning" header="There is nothing to trust yet">
      This account type has neither a base account nor a platform account, so its connectors cannot assume any role.{' '}
      <PageLink href={PATHS.createBaseAccount}>Create a base account</PageLink> first.
    </Alert>
  );
}
