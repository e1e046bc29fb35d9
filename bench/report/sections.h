// The sections of the report: each says its part of what was measured, in one
// file of sections/. What was not measured is said so.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/plan/plan.h"
#include "bench/report/document.h"
#include "bench/results/results.h"
#include "bench/sample/sampler.h"
#include "common/base/error.h"

namespace smsweb::bench {

// What sections are made from.
struct Material {
  const Results& results;
  ModemNeed need;  // the rate of messages that the user plans for
  // What RunRecord::samples names, read.
  std::function<Result<std::vector<Sample>>(const std::string& file)> samples;
};

void AddSummary(const Material& material, Document& document);
void AddMachine(const Material& material, Document& document);
void AddNoise(const Material& material, Document& document);
void AddCases(const Material& material, Document& document);
void AddLatency(const Material& material, Document& document);
void AddThroughput(const Material& material, Document& document);
void AddComparison(const Material& material, Document& document);
void AddFailures(const Material& material, Document& document);
void AddDelivery(const Material& material, Document& document);
void AddCeiling(const Material& material, Document& document);
void AddReproduction(const Material& material, Document& document);
void AddCapacity(const Material& material, Document& document);
void AddRepeat(const Material& material, Document& document);
void AddGlossary(Document& document);

// What became of all that was asked, of the section of cases.
Note OutcomeOf(const CaseRecord& record);

// How many modems, of the section of capacity.
void AddModemPlan(const ModemNeed& need, Document& document);

// The paper's two charts of a run, of figures 9 to 20: CPU and memory, and the
// network, over time; or why there are none. Of the section of cases.
struct UseOverTime {
  std::vector<Picture> figures;
  std::string missing;  // why; empty: they are there
};
UseOverTime DrawUse(const Material& material, const RunRecord& run,
                    const std::string& load, const std::string& name);

}  // namespace smsweb::bench
