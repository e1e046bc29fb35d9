// What the kinds of charts share in the language of gnuplot.
#pragma once

#include <string>
#include <string_view>

#include "bench/report/chart.h"

namespace smsweb::bench {

// In single quotes, where gnuplot replaces nothing: no backquotes, no macros,
// no backslashes.
std::string Quote(std::string_view text);
// "rgb '#0072B2'".
std::string ColourOf(int colour);
// A number that gnuplot reads back as it was.
std::string Number(double value);

// The ticks of a logarithmic axis: its decades; of a short one 2 and 5 between
// them, too.
using Ticks = std::vector<std::pair<double, std::string>>;
Ticks Decades(double least, double most);
std::string TickList(const Ticks& ticks);

struct Canvas {
  int width = 0;
  int height = 0;
};

// Terminal, output, title and the look of axes, before all else.
std::string Frame(const Chart& chart, const Canvas& canvas,
                  const std::string& file);
Canvas CanvasOf(Chart::Size size);

std::string PlotCurves(const Chart& chart, const Curves& curves,
                       const std::string& file);
std::string PlotBars(const Chart& chart, const Bars& bars,
                     const std::string& file);
std::string PlotRanges(const Chart& chart, const Ranges& ranges,
                       const std::string& file);

}  // namespace smsweb::bench
