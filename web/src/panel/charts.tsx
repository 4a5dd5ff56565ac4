// The charts of the statistics. Beside each stands a table with the same figures.
import { LineChart, VerticalStackedBarChart } from "@fluentui/react-charts";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { formatDate } from "../format";

const HEIGHT_PX = 260;
export const SERIES_COLORS = ["#4556d9", "#0f7b6c", "#b4530a", "#9a3b86"];

// The charts are drawn for a width.
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}

function Frame({ children }: { children: (width: number) => ReactNode }) {
  const { box, width } = useWidth();
  return (
    <div ref={box} className="panel-chart">
      {width > 0 && children(width)}
    </div>
  );
}

export interface Series {
  name: string;
  values: number[]; // one a day
}

export function StackedDays({ title, days, series }: { title: string; days: string[]; series: Series[] }) {
  const data = days.map((day, i) => ({
    xAxisPoint: formatDate(day),
    chartData: series.map((each, s) => ({ legend: each.name, data: each.values[i], color: SERIES_COLORS[s % SERIES_COLORS.length] })),
  }));
  return (
    <Frame>
      {(width) => (
        <VerticalStackedBarChart chartTitle={title} data={data} width={width} height={HEIGHT_PX} enabledLegendsWrapLines hideTickOverlap barWidth="auto" maxBarWidth={28} />
      )}
    </Frame>
  );
}

export function LinesOfDays({ title, days, series }: { title: string; days: string[]; series: Series[] }) {
  const lines = series.map((each, s) => ({
    legend: each.name,
    color: SERIES_COLORS[s % SERIES_COLORS.length],
    data: days.map((day, i) => ({ x: new Date(`${day}T12:00:00`), y: each.values[i] })),
  }));
  return (
    <Frame>
      {(width) => <LineChart data={{ chartTitle: title, lineChartData: lines }} width={width} height={HEIGHT_PX} tickFormat="%d %b" enabledLegendsWrapLines />}
    </Frame>
  );
}
