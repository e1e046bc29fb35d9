// Rows, one after the other, each from the look before to a look now.
#pragma once

#include <string>
#include <vector>

#include "bench/sample/groups.h"
#include "bench/sample/machine_look.h"
#include "bench/sample/machine_values.h"
#include "bench/sample/nobody_waits.h"
#include "bench/sample/proc_folder.h"
#include "bench/sample/process_table.h"
#include "bench/sample/sampler.h"
#include "common/base/clock.h"

namespace smsweb::bench {

class Sampling {
 public:
  // With the first look. `clock` must outlive it.
  static Result<Sampling> Begin(const SamplePlan& plan, const Clock& clock);

  // What happened since the last look.
  Result<Sample> Next();

  MonoTime began() const { return began_; }
  MonoTime last_look() const { return last_.at; }
  std::vector<SampleColumn> columns() const;

 private:
  struct Look {
    MonoTime at;
    MachineLook machine;
    ProcessTable processes;
  };
  Sampling(const SamplePlan& plan, const Clock& clock, ProcFolder proc);
  Result<Look> LookNow();
  RowValues Compare(const Look& before, const Look& after);

  const Clock* clock_;
  std::filesystem::path sys_;
  ProcFolder proc_;
  ProcUnits units_ = SystemUnits();
  GroupBook book_;
  std::vector<std::string> names_;  // of the groups
  ForgottenChildren forgotten_;
  std::uint64_t looks_ = 0;
  MonoTime began_;
  Look last_;
};

}  // namespace smsweb::bench
