import { expect, test } from 'vitest';
import { timeSpent } from '../../bench/jobs/profile/read-profile.ts';

const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 9 });

test('time is told by place, and by function of ours with what it called', () => {
  const { byPlace, byOurFunction } = timeSpent({
    nodes: [
      { id: 1, callFrame: frame('(root)', ''), children: [2, 4] },
      { id: 2, callFrame: frame('digest', 'file:///app/dist/activities/upload-steps.js'), children: [3] },
      { id: 3, callFrame: frame('query', 'file:///app/node_modules/pg/lib/client.js'), children: [5] },
      { id: 4, callFrame: frame('(idle)', '') },
      { id: 5, callFrame: frame('digest', 'file:///app/dist/activities/upload-steps.js') },
    ],
    samples: [2, 3, 4, 5],
    timeDeltas: [1_000, 2_000, 50_000, 4_000],
  });
  expect(Object.fromEntries(byPlace)).toEqual({ 'activities/': 5, pg: 2 });
  expect(Object.fromEntries(byOurFunction)).toEqual({ 'digest activities/upload-steps.js:10': 7 });
});
