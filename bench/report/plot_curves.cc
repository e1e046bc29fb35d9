// Curves: lines and points over two axes.
#include <fmt/format.h>

#include <algorithm>

#include "bench/report/plot.h"

namespace smsweb::bench {
namespace {

constexpr std::size_t kMostPoints = 300;
constexpr int kLegendLine = 20;  // pixels
constexpr std::size_t kLegendColumn = 300;

// Of several points side by side, the one that sticks out: peaks are what
// charts of use are for.
std::vector<Point> Thinned(const std::vector<Point>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<Point> thinned;
  for (std::size_t i = 0; i < kMostPoints; ++i) {
    const auto from = points.begin() + static_cast<std::ptrdiff_t>(
                                           i * points.size() / kMostPoints);
    const auto to = points.begin() + static_cast<std::ptrdiff_t>(
                                         (i + 1) * points.size() / kMostPoints);
    thinned.push_back(*std::max_element(
        from, to, [](const Point& a, const Point& b) { return a.y < b.y; }));
  }
  return thinned;
}

bool Fits(const Axis& axis, double value) { return !axis.log || value > 0; }

std::vector<Point> Drawn(const Curves& curves, const Series& series) {
  std::vector<Point> points = Thinned(series.points);
  std::erase_if(points, [&](const Point& point) {
    return !Fits(curves.x, point.x) || !Fits(curves.y, point.y);
  });
  return points;
}

std::string Data(const std::string& name, const std::vector<Point>& points) {
  std::string text = name + " << EOD\n";
  for (const Point& point : points) {
    text += Number(point.x) + " " + Number(point.y) + "\n";
  }
  return text + "EOD\n";
}

std::string Bound(const std::optional<double>& bound) {
  return bound ? Number(*bound) : "*";
}

std::string Ticks(const Axis& axis) {
  std::string text;
  for (const auto& [value, label] : axis.ticks) {
    text += (text.empty() ? "" : ", ") + Quote(label) + " " + Number(value);
  }
  return "(" + text + ")";
}

std::string AxisCommands(char name, const Axis& axis) {
  std::string text = fmt::format("set {}label {}\n", name, Quote(axis.label));
  if (axis.log) text += fmt::format("set logscale {}\n", name);
  text += fmt::format("set {}range [{}:{}]\n", name, Bound(axis.from),
                      Bound(axis.to));
  if (!axis.ticks.empty()) {
    text += fmt::format("set {}tics {}\n", name, Ticks(axis));
  } else {
    text += fmt::format("set format {} \"%'.10g\"\n", name);
  }
  return text;
}

// Full and empty marks in turn, so that grey or black print tells them apart.
int MarkOf(int colour) {
  constexpr int kMarks[] = {7, 5, 9, 13, 11, 6, 4};
  return colour < 0 ? 8 : kMarks[static_cast<std::size_t>(colour) % 7];
}

std::string LookOf(const Series& series, bool few) {
  const std::string colour = "linecolor " + ColourOf(series.colour);
  const std::string mark =
      fmt::format(" pointtype {} pointsize 0.55", MarkOf(series.colour));
  const std::string dash = series.colour >= 7 ? " dashtype 4" : "";
  switch (series.look) {
    case Series::Look::kLine:
      if (few) return "with linespoints " + colour + mark + dash;
      return "with lines " + colour + dash;
    case Series::Look::kLineAndPoints:
      return "with linespoints " + colour + mark + dash;
    case Series::Look::kDashed:
      return "with linespoints " + colour + mark + " dashtype 2";
    case Series::Look::kPoints:
      return "with points " + colour + mark;
  }
  return "";
}

std::size_t LegendLines(const Curves& curves, int width) {
  const auto columns =
      std::max<std::size_t>(1, static_cast<std::size_t>(width) / kLegendColumn);
  return (curves.series.size() + columns - 1) / columns;
}

}  // namespace

std::string PlotCurves(const Chart& chart, const Curves& curves,
                       const std::string& file) {
  constexpr std::size_t kFew = 30;
  Canvas canvas = CanvasOf(chart.size);
  const auto lines = static_cast<int>(LegendLines(curves, canvas.width));
  canvas.height += (lines - 1) * kLegendLine;
  std::string text = Frame(chart, canvas, file) + AxisCommands('x', curves.x) +
                     AxisCommands('y', curves.y) +
                     "set key below left horizontal Left reverse samplen 1.8\n";
  std::string plot;
  for (std::size_t i = 0; i < curves.series.size(); ++i) {
    const Series& series = curves.series[i];
    const auto points = Drawn(curves, series);
    if (points.empty()) continue;
    const std::string data = fmt::format("$d{}", i);
    text += Data(data, points);
    plot += fmt::format(
        "{}{} using 1:2 {} title {}", plot.empty() ? "plot " : ", ", data,
        LookOf(series, points.size() < kFew), Quote(series.name));
  }
  return plot.empty() ? "" : text + plot + "\n";
}

}  // namespace smsweb::bench
