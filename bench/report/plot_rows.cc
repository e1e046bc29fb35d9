// Charts whose lines are a list's: bars and ranges.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/report/plot.h"

namespace smsweb::bench {
namespace {

constexpr int kLineHeight = 30;  // pixels
constexpr int kAroundLines = 110;

// The first line is the topmost one.
double HeightOf(std::size_t line) { return -static_cast<double>(line); }

Canvas CanvasFor(const Chart& chart, std::size_t lines) {
  Canvas canvas = CanvasOf(chart.size);
  canvas.height = kAroundLines + kLineHeight * static_cast<int>(lines);
  return canvas;
}

// Room for the names, but not more than half of it.
template <typename Lines>
std::string LeftMargin(const Lines& lines, const Canvas& canvas) {
  constexpr double kCharacter = 7.2;  // pixels
  std::size_t longest = 1;
  for (const auto& line : lines) longest = std::max(longest, line.name.size());
  const double share =
      (static_cast<double>(longest) * kCharacter + 30) / canvas.width;
  return fmt::format("set lmargin at screen {}\n",
                     Number(std::min(0.5, share)));
}

template <typename Lines>
std::string Names(const Lines& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text +=
        (i == 0 ? "" : ", ") + Quote(lines[i].name) + " " + Number(HeightOf(i));
  }
  return fmt::format(
      "set ytics ({}) scale 0\n"
      "set yrange [{}:0.6]\n"
      "set grid noytics xtics\n"
      "set border 1\n"
      "unset key\n",
      text, Number(HeightOf(lines.size()) + 0.4));
}

// Beside a point, where nothing else is.
std::string Label(const std::string& text, double x, double y) {
  return fmt::format(
      "set label {} at {},{} left offset 0.7,0 front textcolor rgb '#222222'\n",
      Quote(text), Number(x), Number(y));
}

std::string BarCommands(const Bars::Bar& bar, double height, int number) {
  constexpr double kHalf = 0.32;
  return Label(bar.figure, bar.value, height) +
         fmt::format(
             "set object {} rectangle from 0,{} to {},{} fillcolor {} "
             "fillstyle solid noborder\n",
             number, Number(height - kHalf), Number(bar.value),
             Number(height + kHalf), ColourOf(bar.colour));
}

double GreatestOf(const std::vector<Bars::Bar>& bars) {
  double greatest = 0;
  for (const auto& bar : bars) greatest = std::max(greatest, bar.value);
  return greatest > 0 ? greatest : 1;
}

bool EndsOpen(const Ranges::Range& range) { return range.to <= 0; }

double EndOf(const Ranges::Range& range) {
  return EndsOpen(range) ? range.from : range.to;
}

std::string RangeData(const Ranges& ranges) {
  std::string text = "$d << EOD\n";
  for (std::size_t i = 0; i < ranges.ranges.size(); ++i) {
    const auto& range = ranges.ranges[i];
    text += fmt::format("{} {} {}\n", Number(range.from), Number(EndOf(range)),
                        Number(HeightOf(i)));
  }
  return text + "EOD\n";
}

// From a whole decade on, with room for figures on the right.
std::string LogAxis(const Ranges& ranges) {
  double least = 1e300;
  double most = 1e-300;
  for (const auto& range : ranges.ranges) {
    least = std::min(least, range.from);
    most = std::max(most, EndOf(range));
  }
  const double from = std::pow(10, std::floor(std::log10(least) - 0.1));
  const double room = std::max(1.0, std::log10(most / from)) * 0.3;
  return fmt::format("set logscale x\nset xrange [{}:{}]\nset xtics {}\n",
                     Number(from), Number(most * std::pow(10, room)),
                     TickList(Decades(from, most)));
}

std::string RangePlot(const Ranges::Range& range, std::size_t line) {
  const std::string colour = "linecolor " + ColourOf(range.colour);
  const std::string only = fmt::format("$d every ::{0}::{0}", line);
  std::string text = fmt::format(
      "{0} using 1:3:($2-$1):(0) with vectors nohead linewidth 2.5 {1}, "
      "{0} using 1:3 with points pointtype 7 pointsize 0.9 {1}",
      only, colour);
  if (!EndsOpen(range)) {
    text += fmt::format(
        ", {0} using 2:3 with points pointtype 7 pointsize 0.9 linecolor rgb "
        "'#ffffff', {0} using 2:3 with points pointtype 6 pointsize 0.9 {1}",
        only, colour);
  }
  return text;
}

}  // namespace

std::string PlotBars(const Chart& chart, const Bars& bars,
                     const std::string& file) {
  if (bars.bars.empty()) return "";
  constexpr double kRoomForFigures = 1.12;
  const Canvas canvas = CanvasFor(chart, bars.bars.size());
  std::string text =
      Frame(chart, canvas, file) + LeftMargin(bars.bars, canvas) +
      Names(bars.bars) +
      fmt::format(
          "set xlabel {}\nset xrange [0:{}]\nunset xtics\nunset grid\n"
          "set border 0\n",
          Quote(bars.label), Number(GreatestOf(bars.bars) * kRoomForFigures));
  for (std::size_t i = 0; i < bars.bars.size(); ++i) {
    text += BarCommands(bars.bars[i], HeightOf(i), static_cast<int>(i) + 2);
  }
  return text + "plot 1/0\n";
}

std::string PlotRanges(const Chart& chart, const Ranges& ranges,
                       const std::string& file) {
  if (ranges.ranges.empty()) return "";
  const Canvas canvas = CanvasFor(chart, ranges.ranges.size());
  std::string text = Frame(chart, canvas, file) +
                     LeftMargin(ranges.ranges, canvas) + Names(ranges.ranges) +
                     LogAxis(ranges) + RangeData(ranges) +
                     fmt::format("set xlabel {}\n", Quote(ranges.label));
  std::string plot;
  for (std::size_t i = 0; i < ranges.ranges.size(); ++i) {
    const auto& range = ranges.ranges[i];
    text += Label(range.figure, EndOf(range), HeightOf(i));
    plot += (i == 0 ? "plot " : ", ") + RangePlot(range, i);
  }
  return text + plot + "\n";
}

}  // namespace smsweb::bench
