import type { LightMyRequestResponse } from 'fastify';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of a scrape in Prometheus' text format. */
export function metricsOf(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [
        label,
        text,
      ]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value.replace('Nan', 'NaN')) };
    });
}

/** One scrape; the value of a metric, of the first series with these labels. Throws when there is none. */
export async function scrape(
  inject: (request: { url: string }) => Promise<LightMyRequestResponse>,
): Promise<(name: string, labels?: Readonly<Record<string, string>>) => number> {
  const { body } = await inject({ url: '/metrics' });
  const samples = metricsOf(body);
  return (name, labels = {}) => {
    const found = samples.find((sample) => {
      return sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
    });
    if (!found) throw new Error(`no series ${name} ${JSON.stringify(labels)} in:\n${body}`);
    return found.value;
  };
}
