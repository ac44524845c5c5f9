import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import type { Connector } from '../../parts/hub.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { useRead } from '../../queries.ts';
import { RoleSetupView } from './role-setup-view.tsx';

/** The role as the connector expects it now, for the hub it is to be reached through. */
export function RoleTab({ connector }: { connector: Connector }) {
  const setup = useRead('connectorRoleSetup', { params: { id: connector.id } });
  return (
    <Container
      header={
        <Header variant="h2" description={`What ${connector.roleArn} should be.`}>
          The role this connector expects
        </Header>
      }
    >
      <Loaded read={setup} what="the role’s template">
        {reply => <RoleSetupView setup={reply} />}
      </Loaded>
    </Container>
  );
}
