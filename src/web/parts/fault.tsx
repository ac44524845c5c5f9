import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Popover from '@cloudscape-design/components/popover';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import type { WireFault } from '../../api/schemas.ts';
import { CopyableId } from './failure-alert.tsx';

type Aws = NonNullable<WireFault['aws']>;

/** A stored fault in full: what happened, what to do, what AWS said. */
export function FaultAlert({
  fault,
  type = 'error',
  header,
  children,
}: {
  fault: WireFault;
  type?: 'error' | 'warning' | 'info';
  /** Absent: the fault's title. Where it does not end with that, the title stands below it. */
  header?: string;
  children?: ReactNode;
}) {
  return (
    <Alert type={type} header={header ?? fault.title}>
      <SpaceBetween size="xs">
        <FaultDetail fault={fault} titled={!(header ?? fault.title).endsWith(fault.title)} />
        {children}
      </SpaceBetween>
    </Alert>
  );
}

/** A stored fault inside a table's cell: its title; the rest on demand. */
export function FaultPopover({ fault, type = 'error' }: { fault: WireFault; type?: 'error' | 'warning' | 'info' }) {
  return (
    <Popover
      header={fault.title}
      size="large"
      dismissAriaLabel="Close the explanation"
      content={<FaultDetail fault={fault} />}
    >
      <StatusIndicator type={type}>
        <span className="causeway-words">{fault.title}</span>
      </StatusIndicator>
    </Popover>
  );
}

export function FaultDetail({ fault, titled = false }: { fault: WireFault; titled?: boolean }) {
  return (
    <SpaceBetween size="xxs">
      {titled && <Box variant="strong">{fault.title}</Box>}
      <div>{fault.detail}</div>
      <div>
        <Box variant="strong">What to do: </Box>
        {fault.remedy}
      </div>
      {fault.aws && <AwsAnswer aws={fault.aws} />}
    </SpaceBetween>
  );
}

/** AWS's own words, with the request id that AWS support asks for. */
export function AwsAnswer({ aws }: { aws: Aws }) {
  return (
    <Box fontSize="body-s" color="text-body-secondary">
      <div>
        AWS answered {aws.service} {aws.operation} with {aws.name}
        {aws.status === undefined ? '' : ` (${aws.status})`}
        {aws.message ? `: “${aws.message}”` : '.'}
      </div>
      {aws.requestId && (
        <div>
          Request id of AWS: <CopyableId text={aws.requestId} what="AWS request id" />
        </div>
      )}
    </Box>
  );
}
