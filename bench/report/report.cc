#include "bench/report/report.h"

#include "bench/report/draw.h"
#include "bench/report/files.h"
#include "bench/report/html.h"
#include "bench/report/markdown.h"
#include "bench/report/sections.h"
#include "common/base/read_file.h"

namespace smsweb::bench {
namespace {

constexpr const char* kTitle = "The paper's measurements, reproduced";
constexpr const char* kCharts = "charts";

Document Write(const Material& material) {
  Document document(kTitle);
  AddSummary(material, document);
  AddNoise(material, document);
  AddMachine(material, document);
  AddCases(material, document);
  AddLatency(material, document);
  AddThroughput(material, document);
  AddComparison(material, document);
  AddFailures(material, document);
  AddDelivery(material, document);
  AddCeiling(material, document);
  AddReproduction(material, document);
  AddCapacity(material, document);
  AddRepeat(material, document);
  AddGlossary(document);
  return document;
}

std::string FileOf(const Chart& chart) {
  return std::string(kCharts) + "/" + chart.name + ".svg";
}

// results.json may come from anywhere: only what lies beside it is read.
Result<std::vector<Sample>> SamplesIn(const std::filesystem::path& folder,
                                      const std::string& file) {
  constexpr std::uintmax_t kMostBytes = 256 << 20;
  const auto name = std::filesystem::path(file).lexically_normal();
  std::error_code error;
  if (name.is_absolute() || name.begin()->string() == ".." ||
      !std::filesystem::is_regular_file(folder / name, error) ||
      std::filesystem::file_size(folder / name, error) > kMostBytes) {
    return Fail(ErrorKind::kInvalid, file + ": no file of samples");
  }
  return ReadSamples(folder / name);
}

}  // namespace

Result<void> WriteReport(const Results& results, const ReportPlan& plan) {
  const auto samples = [&](const std::string& file) {
    return SamplesIn(plan.folder, file);
  };
  const Document document = Write({results, plan.need, samples});
  const auto drawn = DrawCharts(document.Charts(), plan.folder / kCharts);
  if (!drawn) return drawn;
  const auto svg = [&](const Chart& chart) {
    const std::string whole =
        ReadFile(plan.folder / FileOf(chart)).value_or("");
    return whole.empty() ? "" : InlineSvg(whole, chart.name, Describe(chart));
  };
  const auto html =
      WriteWhole(plan.folder / "report.html", RenderHtml(document, svg));
  if (!html) return html;
  const auto path = [&](const Chart& chart) {
    const std::string file = FileOf(chart);
    return std::filesystem::exists(plan.folder / file) ? file : "";
  };
  return WriteWhole(plan.folder / "report.md", RenderMarkdown(document, path));
}

}  // namespace smsweb::bench
