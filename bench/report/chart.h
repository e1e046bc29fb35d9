// Charts as values, and how gnuplot is told to draw them. All have the same
// look; colours are those of Okabe and Ito, told apart by the colour-blind, and
// no series is told from another by its colour alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace smsweb::bench {

// An index into the palette, round and round; or the paper's grey.
inline constexpr int kPaperColour = -1;

struct Point {
  double x = 0;
  double y = 0;
};

struct Series {
  enum class Look : std::uint8_t { kLine, kLineAndPoints, kDashed };
  std::string name;
  std::vector<Point> points;
  int colour = 0;
  Look look = Look::kLine;
};

struct Axis {
  std::string label;  // with its unit
  bool log = false;   // what is not above 0 is left out then
  std::optional<double> from = {};
  std::optional<double> to = {};
  std::vector<std::pair<double, std::string>> ticks = {};  // none: gnuplot's
};

struct Curves {
  Axis x;
  Axis y;
  std::vector<Series> series;
};

// Lines of a list, each a bar with its figure beside it.
struct Bars {
  struct Bar {
    std::string name;
    double value = 0;
    std::string figure;
    int colour = 0;
  };
  std::string label;
  std::vector<Bar> bars;
};

// Lines of a list, each a range on a logarithmic axis, from a full mark to an
// empty one.
struct Ranges {
  struct Range {
    std::string name;
    double from = 0;
    double to = 0;  // 0: without end
    std::string figure;
    int colour = 0;
  };
  std::string label;
  std::vector<Range> ranges;
};

struct Chart {
  enum class Size : std::uint8_t { kWide, kHalf };
  std::string name;  // of its file, without .svg
  std::string title;
  std::variant<Curves, Bars, Ranges> body;
  Size size = Size::kWide;
};

// For those who don't see it: its title, and the names of what is in it.
std::string Describe(const Chart& chart);

// gnuplot's commands that draw it to `file`, data and all. Names from outside
// stay text there.
std::string PlotCommands(const Chart& chart, const std::string& file);

}  // namespace smsweb::bench
