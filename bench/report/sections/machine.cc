// The machine, and what ran on it.
#include "bench/figures/figures.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

Table NamesAndValues(const std::string& name, const std::string& value) {
  return {.columns = {{name}, {value}}};
}

void AddLine(Table& table, const std::string& name, const std::string& value) {
  if (!value.empty()) table.rows.push_back({{name, value}});
}

Table TableOf(const MachineRecord& machine) {
  Table table = NamesAndValues("machine", "");
  AddLine(table, "processor", machine.processor);
  AddLine(table, "cores", Grouped(static_cast<std::uint64_t>(machine.cores)));
  if (machine.mhz > 0) {
    AddLine(table, "frequency", Figure(machine.mhz) + " MHz");
  }
  AddLine(table, "memory", Bytes(static_cast<double>(machine.memory)));
  AddLine(table, "system", machine.system);
  AddLine(table, "kernel", machine.kernel);
  AddLine(table, "4 KiB on disk for sure (fsync), median",
          Duration(machine.fsync_ms / 1000));
  AddLine(table, "descriptors a process may have",
          Grouped(machine.hard_descriptors));
  return table;
}

Table TableOf(const std::map<std::string, std::string>& values,
              const std::string& name, const std::string& value) {
  Table table = NamesAndValues(name, value);
  for (const auto& [key, text] : values) {
    table.rows.push_back({{CodeText(key), text}});
  }
  return table;
}

}  // namespace

void AddMachine(const Material& material, Document& document) {
  const MachineRecord& machine = material.results.machine;
  document.Add(Heading{2, "Machine and versions"});
  document.Add(TableOf(machine));
  document.Add(Paragraph{
      "Server, load, simulated modems and sampler share this machine, on "
      "loopback: what the load takes is missing to the server. The paper had a "
      "Banana Pi (two cores of 1 GHz, 1 GB) and a second machine for the "
      "load."});
  if (!machine.versions.empty()) {
    document.Add(TableOf(machine.versions, "program", "version"));
  }
  if (!machine.kernel_settings.empty()) {
    document.Add(Fold{"Settings of the kernel",
                      {TableOf(machine.kernel_settings, "setting", "value")}});
  }
}

}  // namespace smsweb::bench
