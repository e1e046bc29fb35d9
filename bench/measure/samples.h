// Samples around a load: our own program in another process, and what its file
// says in the end.
#pragma once

#include <filesystem>
#include <vector>

#include "bench/measure/run_case.h"
#include "bench/process/child.h"
#include "bench/process/growing_file.h"
#include "bench/results/results.h"

namespace smsweb::bench {

// Raises each peak to what the sample has.
void TakePeaks(const Sample& sample, const std::vector<std::string>& groups,
               PeakUse& peak);
// Adds what groups, and "machine", used of `cores` in the `seconds` since the
// row before: the columns are shares of the whole machine. What is not known is
// not added.
void AddCpu(const Sample& sample, double seconds, double cores,
            const std::vector<std::string>& groups,
            std::map<std::string, double>& used);

class SampledTime {
 public:
  // Begins; the first row is in the file. `setup` may be null.
  static Result<SampledTime> Begin(const CaseJob& job, const Setup* setup,
                                   const std::filesystem::path& csv);
  // Lets one row more come after the load, and ends. Fills in peak and
  // cpu_seconds.
  Result<void> End(RunRecord& run);

 private:
  SampledTime(Child sampler, std::filesystem::path csv, GrowingFile rows,
              std::vector<std::string> groups)
      : sampler_(std::move(sampler)),
        csv_(std::move(csv)),
        rows_(std::move(rows)),
        groups_(std::move(groups)) {}
  Child sampler_;
  std::filesystem::path csv_;
  GrowingFile rows_;  // the same
  std::vector<std::string> groups_;
};

}  // namespace smsweb::bench
