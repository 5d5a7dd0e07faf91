import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
} from 'prom-client';

/** Memory, event loop and garbage collection are the process's, however many apps run in it. */
let ofProcess: Registry | undefined;

/** Numbers of one app for Prometheus. Names begin with `evenhand_`; labels never hold ids, addresses or names of people. */
export class Metrics {
  private readonly registry = new Registry();

  constructor(options: { readonly app: string }) {
    this.registry.setDefaultLabels({ app: options.app });
  }

  counter<L extends string = string>(options: Omit<CounterConfiguration<L>, 'registers'>): Counter<L> {
    return new Counter({ ...options, registers: [this.registry] });
  }

  gauge<L extends string = string>(options: Omit<GaugeConfiguration<L>, 'registers'>): Gauge<L> {
    return new Gauge({ ...options, registers: [this.registry] });
  }

  histogram<L extends string = string>(options: Omit<HistogramConfiguration<L>, 'registers'>): Histogram<L> {
    return new Histogram({ ...options, registers: [this.registry] });
  }

  /** All numbers of the given apps and of the process, in the text format of Prometheus. */
  static async text(apps: readonly Metrics[]): Promise<{ readonly contentType: string; readonly body: string }> {
    if (!ofProcess) {
      ofProcess = new Registry();
      collectDefaultMetrics({ register: ofProcess });
    }
    const all = await Promise.all(
      [ofProcess, ...apps.map((app) => app.registry)].map((each) => each.getMetricsAsJSON()),
    );
    // metrics of one name from several apps become one, told apart by their label
    const merged = AggregatorRegistry.aggregate(all);
    return { contentType: merged.contentType, body: await merged.metrics() };
  }
}
