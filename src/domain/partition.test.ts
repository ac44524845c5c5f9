import { describe, expect, it } from 'vitest';
import { factsOfAccountType, PARTITIONS, regionFits, regionFitsOther } from './partition.ts';

describe('a partition', () => {
  it.each(PARTITIONS)('$partition fits its own regions, and they are no other’s', facts => {
    for (const region of [...facts.defaultRegions, facts.stsRegion]) {
      expect(regionFits(facts, region), region).toBe(true);
      expect(regionFitsOther(facts, region), region).toBe(false);
    }
  });

  it.each(PARTITIONS)('$partition tells the regions of the others', facts => {
    for (const other of PARTITIONS.filter(row => row !== facts)) {
      for (const region of other.defaultRegions) expect(regionFitsOther(facts, region), region).toBe(true);
    }
  });

  it('does not give a region with a name it has never seen to another', () => {
    expect(regionFits(factsOfAccountType('global'), 'nz-north-1')).toBe(false);
    expect(regionFitsOther(factsOfAccountType('global'), 'nz-north-1')).toBe(false);
  });
});
