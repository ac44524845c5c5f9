import { DescribeInstances$, type DescribeInstancesRequest } from '@aws-sdk/client-ec2';
import { accountIdsOf, epochOf, type Fleet, type FleetScope, regionsOf, scopeOf } from '../fleet/fleet.ts';
import { EXAMPLE } from '../fleet/instance-fields.ts';
import { type InstanceTemplates, instanceTemplates } from '../fleet/instance-templates.ts';
import { packAhead, packSlots, type SlotRange } from '../fleet/packed-page.ts';
import { renderSlots } from '../fleet/page.ts';
import type { Call } from '../service.ts';
import { storedPart } from '../wire/gzip.ts';
import { type Layout, RenderedMembers } from '../wire/rendered.ts';
import { operationShape } from '../wire/shape.ts';
import { encodeXmlMembers, escapeXml, lineBreak } from '../wire/xml-output.ts';
import type { SimulatedInstance } from '../world/world.ts';
import { placeOf, tokenFor } from './paging.ts';

/**
 * A page of a fleet's instances, without looking at each: what DescribeInstances answers where all of them are asked for. The
 * same answer as that of the general way, which the tests compare.
 */
export function renderPage(
  call: Call<DescribeInstancesRequest>,
  scope: FleetScope,
  invalidToken: { code: string; message: string },
): RenderedMembers {
  const { MaxResults = scope.size, NextToken } = call.input;
  const listing = { token: NextToken, scope: undefined, invalidToken };
  const place = placeOf(call, listing);
  const from = Math.min(place.position, scope.size);
  const to = Math.min(from + MaxResults, scope.size);
  const nextToken = to < scope.size ? tokenFor(call, { ...place, position: to }, listing) : undefined;
  const epoch = epochOf(scope.fleet, call.clock.now());
  const around = (layout: Layout) => {
    const line = lineBreak(STYLES[layout], 1);
    const token = nextToken === undefined ? '' : `${line}<nextToken>${escapeXml(nextToken)}</nextToken>`;
    return { start: `${line}<reservationSet>`, end: `${line}</reservationSet>${token}` };
  };
  const range = (layout: Layout) => ({ scope, templates: templatesOf(scope.region, layout), layout, from, to, epoch });
  return new RenderedMembers({
    *pieces(layout) {
      const { start, end } = around(layout);
      yield Buffer.from(start);
      yield* renderSlots(range(layout));
      yield Buffer.from(end);
    },
    *packed(layout) {
      const { start, end } = around(layout);
      yield storedPart(start);
      yield* packSlots(range(layout));
      yield storedPart(end);
    },
  });
}

/** Compresses what the pages of 1,000 of a fleet have in the present epoch, before they are asked for. */
export async function packFleet(
  fleet: Fleet,
  { layout, now }: { layout: Layout; now: Date },
): Promise<{ made: number; kept: number }> {
  return await packAhead(pagesOf(fleet, layout, epochOf(fleet, now)));
}

function* pagesOf(fleet: Fleet, layout: Layout, epoch: number): Iterable<SlotRange> {
  for (const accountId of accountIdsOf(fleet)) {
    for (const region of regionsOf(fleet, accountId)) {
      const scope = scopeOf(fleet, { accountId, region });
      if (!scope) continue;
      const templates = templatesOf(region, layout);
      for (let from = 0; from < scope.size; from += PAGE_MAX) {
        yield { scope, templates, layout, from, to: Math.min(scope.size, from + PAGE_MAX), epoch };
      }
    }
  }
}

/** The largest page of DescribeInstances. */
const PAGE_MAX = 1_000;

const STYLES = { indented: { milliseconds: true, indented: true }, compact: { milliseconds: true } } as const;

const templatesByName = new Map<string, InstanceTemplates[]>();

function templatesOf(region: string, layout: Layout): InstanceTemplates[] {
  const name = `${region}/${layout}`;
  const known = templatesByName.get(name);
  if (known) return known;
  const made = instanceTemplates(region, instance => xmlOf(instance, layout));
  templatesByName.set(name, made);
  return made;
}

/** The item of the reservation that the instance is in. */
function xmlOf(instance: SimulatedInstance, layout: Layout): string {
  const style = STYLES[layout];
  const reservation = {
    ReservationId: instance.reservationId,
    OwnerId: EXAMPLE.accountId,
    Groups: [],
    Instances: [instance],
  };
  const document = encodeXmlMembers(SHAPE.output, { Reservations: [reservation] }, style);
  const start = document.indexOf('<reservationSet>') + '<reservationSet>'.length;
  return document.slice(start, -`${lineBreak(style, 1)}</reservationSet>`.length);
}

const SHAPE = operationShape(DescribeInstances$);
