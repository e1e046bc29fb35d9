#include "bench/report/document.h"

#include <algorithm>

#include "bench/report/escape.h"

namespace smsweb::bench {
namespace {

void Collect(const Block& block, std::vector<const Chart*>& charts) {
  if (const auto* figure = std::get_if<Picture>(&block)) {
    charts.push_back(&figure->chart);
  } else if (const auto* gallery = std::get_if<Gallery>(&block)) {
    for (const auto& each : gallery->figures) charts.push_back(&each.chart);
  } else if (const auto* fold = std::get_if<Fold>(&block)) {
    for (const auto& inner : fold->blocks) Collect(inner, charts);
  }
}

}  // namespace

void Document::Add(Block block) {
  Name(block);
  blocks_.push_back(std::move(block));
}

std::vector<const Chart*> Document::Charts() const {
  std::vector<const Chart*> charts;
  for (const auto& block : blocks_) Collect(block, charts);
  return charts;
}

void Document::Name(Block& block) {
  if (auto* heading = std::get_if<Heading>(&block)) {
    heading->anchor = Unused(Slug(heading->text));
  } else if (auto* figure = std::get_if<Picture>(&block)) {
    Name(*figure);
  } else if (auto* gallery = std::get_if<Gallery>(&block)) {
    for (auto& each : gallery->figures) Name(each);
  } else if (auto* fold = std::get_if<Fold>(&block)) {
    for (auto& inner : fold->blocks) Name(inner);
  }
}

void Document::Name(Picture& figure) {
  figure.chart.name = Unused(Slug(figure.chart.name));
}

std::string Document::Unused(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; std::ranges::find(used_, name) != used_.end(); ++i) {
    name = wanted + "-" + std::to_string(i);
  }
  used_.push_back(name);
  return name;
}

}  // namespace smsweb::bench
