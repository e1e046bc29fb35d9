#include "bench/report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "bench/figures/figures.h"
#include "bench/report/escape.h"

namespace smsweb::bench {
namespace {

// Okabe and Ito's, without their yellow, which is faint on white.
constexpr std::array<std::string_view, 7> kPalette{
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222",
};
constexpr std::string_view kPaperGrey = "#767676";
// In pixels.
constexpr double kTitleHeight = 46;
constexpr double kRightMargin = 28;

int TitleSize(const Chart& chart) {
  return chart.size == Chart::Size::kWide ? 16 : 14;
}

// As much of a title as there is room for, by whole code points.
std::string Fitting(const std::string& title, double pixels, int size) {
  constexpr double kOfHeight = 0.59;  // of a letter in bold
  const auto room = static_cast<std::size_t>(pixels / (size * kOfHeight));
  if (title.size() <= room) return title;
  std::size_t end = room - 1;
  while (end > 0 && (title[end] & 0xC0) == 0x80) --end;
  return title.substr(0, end) + "\u2026";
}

}  // namespace

std::string Quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : Readable(text)) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

std::string ColourOf(int colour) {
  const auto index = static_cast<std::size_t>(colour) % kPalette.size();
  return fmt::format("rgb '{}'", colour < 0 ? kPaperGrey : kPalette[index]);
}

std::string Number(double value) { return fmt::format("{:.9g}", value); }

Ticks Decades(double least, double most) {
  constexpr double kLeast = 1e-9;
  constexpr double kMost = 1e15;
  least = std::clamp(least, kLeast, kMost);
  most = std::clamp(most, least, kMost);
  Ticks ticks;
  const bool is_short = most < least * 100;
  for (double decade = std::pow(10, std::floor(std::log10(least)));
       decade <= most * 10; decade *= 10) {
    ticks.emplace_back(decade, Figure(decade));
    if (!is_short) continue;
    ticks.emplace_back(2 * decade, Figure(2 * decade));
    ticks.emplace_back(5 * decade, Figure(5 * decade));
  }
  return ticks;
}

std::string TickList(const Ticks& ticks) {
  std::string text;
  for (const auto& [value, label] : ticks) {
    text += (text.empty() ? "" : ", ") + Quote(label) + " " + Number(value);
  }
  return "(" + text + ")";
}

Canvas CanvasOf(Chart::Size size) {
  return size == Chart::Size::kWide ? Canvas{900, 420} : Canvas{480, 340};
}

std::string Frame(const Chart& chart, const Canvas& canvas,
                  const std::string& file) {
  const int size = TitleSize(chart);
  const std::string title = Fitting(chart.title, canvas.width - 20, size);
  return fmt::format(
      "reset session\n"
      "set encoding utf8\n"
      "set terminal svg size {},{} fixed noenhanced font 'sans-serif,14' "
      "background '#ffffff' linewidth 1.4\n"
      "set output {}\n"
      "set label 1 {} at screen {},{} left front font 'sans-serif-bold,{}'\n"
      "set tmargin at screen {}\n"
      "set rmargin at screen {}\n"
      "set border 3 linecolor rgb '#888888' linewidth 0.7\n"
      "set grid linecolor rgb '#e2e2e2' linetype 1 linewidth 0.7\n"
      "set tics nomirror scale 0.5 textcolor rgb '#444444'\n",
      canvas.width, canvas.height, Quote(file), Quote(title),
      Number(12.0 / canvas.width), Number(1 - 20.0 / canvas.height), size,
      Number(1 - kTitleHeight / canvas.height),
      Number(1 - kRightMargin / canvas.width));
}

std::string PlotCommands(const Chart& chart, const std::string& file) {
  struct Kinds {
    const Chart& chart;
    const std::string& file;
    std::string operator()(const Curves& curves) const {
      return PlotCurves(chart, curves, file);
    }
    std::string operator()(const Bars& bars) const {
      return PlotBars(chart, bars, file);
    }
    std::string operator()(const Ranges& ranges) const {
      return PlotRanges(chart, ranges, file);
    }
  };
  return std::visit(Kinds{chart, file}, chart.body) + "unset output\n";
}

std::string Describe(const Chart& chart) {
  struct Names {
    std::string text;
    void Add(const std::string& name) {
      text += (text.empty() ? ": " : ", ") + name;
    }
    void operator()(const Curves& curves) {
      for (const auto& series : curves.series) Add(series.name);
    }
    void operator()(const Bars& bars) {
      for (const auto& bar : bars.bars) Add(bar.name + " " + bar.figure);
    }
    void operator()(const Ranges& ranges) {
      for (const auto& range : ranges.ranges) {
        Add(range.name + " " + range.figure);
      }
    }
  } names;
  std::visit(names, chart.body);
  return chart.title + names.text;
}

}  // namespace smsweb::bench
