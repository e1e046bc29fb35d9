#include "bench/report/draw.h"

#include <chrono>

#include "bench/process/child.h"
#include "bench/report/files.h"
#include "common/base/read_file.h"

namespace smsweb::bench {
namespace {

constexpr std::chrono::milliseconds kPatience{120'000};
// The font of titles, and how SVG says it.
constexpr std::string_view kBold = "font-family=\"sans-serif-bold\"";
constexpr std::string_view kBoldInSvg =
    "font-family=\"sans-serif\" font-weight=\"bold\"";

void Replace(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string FileOf(const Chart& chart) { return chart.name + ".svg"; }

Result<void> RunGnuplot(const std::string& commands,
                        const std::filesystem::path& folder) {
  const auto ended =
      Run({.arguments = {"gnuplot"}, .folder = folder, .input = commands},
          kPatience);
  if (!ended) return std::unexpected(ended.error());
  if (ended->exit_code == 0) return {};
  return Fail(ErrorKind::kInternal, "gnuplot gave up: " + ended->errors);
}

Result<void> MakeBold(const std::filesystem::path& file) {
  std::string svg = ReadFile(file).value_or("");
  Replace(svg, kBold, kBoldInSvg);
  return WriteWhole(file, svg);
}

}  // namespace

Result<void> CanDraw() {
  if (!FindProgram("gnuplot").empty()) return {};
  return Fail(ErrorKind::kUnavailable,
              "gnuplot, which draws the charts, is not installed: apt-get "
              "install gnuplot-nox");
}

Result<void> DrawCharts(const std::vector<const Chart*>& charts,
                        const std::filesystem::path& folder) {
  if (auto can = CanDraw(); !can) return can;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return Fail(ErrorKind::kUnavailable,
                folder.string() + ": can't be made: " + error.message());
  }
  std::string commands;
  for (const Chart* chart : charts) {
    commands += PlotCommands(*chart, FileOf(*chart));
  }
  if (auto drawn = RunGnuplot(commands, folder); !drawn) return drawn;
  for (const Chart* chart : charts) {
    const auto file = folder / FileOf(*chart);
    if (!std::filesystem::exists(file)) continue;
    if (auto bold = MakeBold(file); !bold) return bold;
  }
  return {};
}

}  // namespace smsweb::bench
