// Curves: lines and points over two axes.
#include <fmt/format.h>

#include <algorithm>

#include "bench/report/plot.h"

namespace smsweb::bench {
namespace {

constexpr std::size_t kMostPoints = 300;
// In pixels.
constexpr int kLegendLine = 21;
constexpr int kBelowAxis = 58;
constexpr double kCharacter = 7;
constexpr double kLegendSample = 52;

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

struct Extent {
  double least = 1e300;
  double most = 0;
};

Extent ExtentOf(const std::vector<Series>& drawn, double Point::*value) {
  Extent extent;
  for (const Series& series : drawn) {
    for (const Point& point : series.points) {
      extent.least = std::min(extent.least, point.*value);
      extent.most = std::max(extent.most, point.*value);
    }
  }
  return extent;
}

// From the last tick before all points to the first after them.
Extent Ticked(const Extent& extent, const Ticks& ticks) {
  Extent ticked{0, 0};
  for (const auto& [value, label] : ticks) {
    if (value <= extent.least) ticked.least = value;
    const bool after = value >= extent.most && value > ticked.least;
    if (after && ticked.most == 0) ticked.most = value;
  }
  return ticked;
}

// A logarithmic axis is a hair longer than its ticks, for gnuplot would round
// the outermost away. In x it ends with the points.
Axis WithTicks(const Axis& axis, const std::vector<Series>& drawn,
               double Point::*value) {
  constexpr double kHair = 1e-6;
  if (!axis.log || !axis.ticks.empty()) return axis;
  Extent extent = ExtentOf(drawn, value);
  Axis ticked = axis;
  ticked.ticks = Decades(extent.least, extent.most);
  if (value == &Point::y) extent = Ticked(extent, ticked.ticks);
  if (!axis.from) ticked.from = extent.least * (1 - kHair);
  if (!axis.to) ticked.to = extent.most * (1 + kHair);
  return ticked;
}

std::string AxisCommands(char name, const Axis& axis) {
  std::string text = fmt::format("set {}label {}\n", name, Quote(axis.label));
  if (axis.log) text += fmt::format("set logscale {}\n", name);
  text += fmt::format("set {}range [{}:{}] {}\n", name, Bound(axis.from),
                      Bound(axis.to), name == 'x' ? "noextend" : "");
  if (!axis.ticks.empty()) {
    text += fmt::format("set {}tics {}\n", name, TickList(axis.ticks));
  } else {
    text += fmt::format("set format {} '%.10g'\n", name);
  }
  return text;
}

constexpr std::size_t kRound = 7;  // of the palette

// Full marks in the first round of the palette, empty ones in the second.
int MarkOf(int colour) {
  constexpr int kMarks[] = {7, 5, 9, 13, 11, 15, 3, 6, 4, 8, 12, 10, 14, 2};
  constexpr int kPapers = 8;
  return colour < 0 ? kPapers
                    : kMarks[static_cast<std::size_t>(colour) % (2 * kRound)];
}

std::string_view DashOf(const Series& series) {
  if (series.look == Series::Look::kDashed) return "2";
  return series.colour < static_cast<int>(kRound) ? "solid" : "4";
}

bool IsDashed(const Series& series) { return DashOf(series) != "solid"; }

std::string MarkLook(const Series& series) {
  return fmt::format("pointtype {} pointsize 0.6 linecolor {}",
                     MarkOf(series.colour), ColourOf(series.colour));
}

// A mark on a line now and then, so that it is told by more than its colour.
std::string LookOf(const Series& series, std::size_t points) {
  const std::size_t marks =
      series.look == Series::Look::kLineAndPoints ? 50 : 7;
  return fmt::format("with linespoints {} pointinterval {} dashtype {}",
                     MarkLook(series), points / marks + 1, DashOf(series));
}

// Names under the axis, in columns. gnuplot's own key takes letters for wider
// than they are, and wastes half of the width.
class Legend {
 public:
  Legend(const std::vector<Series>& series, const Canvas& canvas)
      : width_(canvas.width) {
    std::size_t longest = 1;
    for (const auto& each : series) {
      longest = std::max(longest, each.name.size());
    }
    column_ = static_cast<double>(longest) * kCharacter + kSampleWidth + 14;
    const double columns = (width_ - kLeft) / column_;
    columns_ = std::max<std::size_t>(1, static_cast<std::size_t>(columns));
    lines_ = (series.size() + columns_ - 1) / columns_;
  }

  int Height() const { return static_cast<int>(lines_) * kLine; }

  // Dashed ones last: gnuplot goes on with an arrow's dashes in those after it.
  std::string Commands(const std::vector<Series>& series, int height) const {
    std::string solid = fmt::format(
        "unset key\nset bmargin at screen {}\n",
        Number(static_cast<double>(Height() + kBelowAxis) / height));
    std::string dashed;
    for (std::size_t i = 0; i < series.size(); ++i) {
      const double left = kLeft + column_ * static_cast<double>(i % columns_);
      const double up = Height() - kLine * static_cast<double>(i / columns_);
      (IsDashed(series[i]) ? dashed : solid) +=
          Entry(series[i], left, up, height);
    }
    return solid + dashed;
  }

 private:
  // In pixels.
  static constexpr int kLine = 21;
  static constexpr int kBelowAxis = 76;
  static constexpr double kLeft = 14;
  static constexpr double kCharacter = 7.4;
  static constexpr double kSampleWidth = 34;

  std::string Entry(const Series& series, double left, double up,
                    int height) const {
    const std::string y = Number(up / height);
    const auto x = [&](double pixels) { return Number(pixels / width_); };
    return fmt::format(
        "set arrow from screen {0},{1} to screen {2},{1} nohead linecolor {3} "
        "dashtype {4}\n"
        "set label '' at screen {5},{1} point {6}\n"
        "set label {7} at screen {8},{1} left\n",
        x(left), y, x(left + kSampleWidth - 6), ColourOf(series.colour),
        DashOf(series), x(left + kSampleWidth / 2 - 3), MarkLook(series),
        Quote(series.name), x(left + kSampleWidth + 2));
  }

  double width_;
  double column_ = 0;
  std::size_t columns_ = 1;
  std::size_t lines_ = 1;
};

std::vector<Series> Drawn(const Curves& curves) {
  std::vector<Series> drawn;
  for (Series series : curves.series) {
    series.points = Drawn(curves, series);
    if (!series.points.empty()) drawn.push_back(std::move(series));
  }
  return drawn;
}

}  // namespace

std::string PlotCurves(const Chart& chart, const Curves& curves,
                       const std::string& file) {
  constexpr int kOneLine = 21;
  const std::vector<Series> drawn = Drawn(curves);
  if (drawn.empty()) return "";
  Canvas canvas = CanvasOf(chart.size);
  const Legend legend(drawn, canvas);
  canvas.height += legend.Height() - kOneLine;
  std::string text = Frame(chart, canvas, file) +
                     AxisCommands('x', WithTicks(curves.x, drawn, &Point::x)) +
                     AxisCommands('y', WithTicks(curves.y, drawn, &Point::y)) +
                     legend.Commands(drawn, canvas.height);
  std::string plot = "plot ";
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const std::string data = fmt::format("$d{}", i);
    text += Data(data, drawn[i].points);
    plot += fmt::format("{}{} using 1:2 {} notitle", i == 0 ? "" : ", ", data,
                        LookOf(drawn[i], drawn[i].points.size()));
  }
  return text + plot + "\n";
}

}  // namespace smsweb::bench
