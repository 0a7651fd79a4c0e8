// Draws every <canvas data-chart="ID"> from the JSON in the script element with that id. Colours come from the tokens.
"use strict";

window.treatyCharts = (() => {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const token = (name) => {
    probe.style.color = `var(--color-${name})`;
    return getComputedStyle(probe).color;
  };
  const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const dataset = (series, index, kind) => {
    const colour = token(series.tone || `chart-${(index % 4) + 1}`);
    const common = { label: series.name, data: series.values, borderColor: colour };
    if (kind === "line") {
      return { ...common, borderWidth: 2, pointRadius: 0, pointHitRadius: 12, tension: 0.25, backgroundColor: colour };
    }
    return { ...common, backgroundColor: colour, borderWidth: 0, borderRadius: 2, maxBarThickness: 22 };
  };

  const options = (data, kind) => ({
    responsive: true,
    maintainAspectRatio: false,
    animation: still ? false : { duration: 250 },
    interaction: { mode: "index", intersect: false },
    scales: {
      x: {
        stacked: kind === "bar",
        grid: { display: false },
        border: { color: token("line") },
        ticks: { color: token("subtle"), maxRotation: 0, autoSkipPadding: 16, font: { family: "Inter", size: 11 } },
      },
      y: {
        stacked: kind === "bar",
        beginAtZero: true,
        suggestedMax: 4,
        border: { display: false },
        grid: { color: token("line") },
        ticks: {
          color: token("subtle"),
          maxTicksLimit: 5,
          precision: 0,
          font: { family: "Inter", size: 11 },
          callback: (value) => compact.format(value),
        },
      },
    },
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: token("ink"),
        titleColor: token("canvas"),
        bodyColor: token("canvas"),
        padding: 10,
        cornerRadius: 6,
        boxPadding: 4,
        titleFont: { family: "Inter", weight: 600 },
        bodyFont: { family: "Inter" },
        callbacks: {
          label: (item) => `${item.dataset.label}: ${number.format(item.parsed.y)}${data.unit ? ` ${data.unit}` : ""}`,
        },
      },
    },
  });

  const drawOne = (canvas) => {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const kind = canvas.dataset.kind;
    Chart.getChart(canvas)?.destroy();
    new Chart(canvas, {
      type: kind,
      data: { labels: data.labels, datasets: data.series.map((series, index) => dataset(series, index, kind)) },
      options: options(data, kind),
    });
  };
  const draw = (within) => within.querySelectorAll("canvas[data-chart]").forEach(drawOne);

  document.addEventListener("treaty:theme", () => draw(document));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(document));
  return { draw };
})();
