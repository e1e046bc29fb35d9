// The fields of results.json, each named once: `io(name, field)` is called for
// each in its order, by what writes and by what reads them.
#pragma once

#include <concepts>
#include <type_traits>

#include "bench/results/results.h"

namespace smsweb::bench {

// T or const T.
template <typename Given, typename T>
concept Of = std::same_as<std::remove_const_t<Given>, T>;

void Fields(auto& io, Of<MachineRecord> auto& machine) {
  io("processor", machine.processor);
  io("cores", machine.cores);
  io("mhz", machine.mhz);
  io("memory", machine.memory);
  io("kernel", machine.kernel);
  io("system", machine.system);
  io("fsync_ms", machine.fsync_ms);
  io("hard_descriptors", machine.hard_descriptors);
  io("kernel_settings", machine.kernel_settings);
  io("versions", machine.versions);
  io("busy_before", machine.busy_before);
  io("busy_after", machine.busy_after);
  io("stolen", machine.stolen);
}

void Fields(auto& io, Of<PeakUse> auto& peak) {
  io("cpu_percent", peak.cpu_percent);
  io("memory_percent", peak.memory_percent);
  io("memory_bytes", peak.memory_bytes);
  io("rx_bytes_per_second", peak.rx_bytes_per_second);
  io("tx_bytes_per_second", peak.tx_bytes_per_second);
}

void Fields(auto& io, Of<RunRecord> auto& run) {
  io("tool", run.tool);
  io("command", run.command);
  io("output", run.output);
  io("samples", run.samples);
  io("seconds", run.seconds);
  io("succeeded", run.succeeded);
  io("in_time", run.in_time);
  io("time", run.time);
  io("late_ms", run.late_ms);
  io("non_2xx", run.non_2xx);
  io("failed", run.failed);
  io("statuses", run.statuses);
  io("faults", run.faults);
  io("problems", run.problems);
  io("latency", run.latency);
  io("peak_connected", run.peak_connected);
  io("counted", run.counted);
  io("queued", run.queued);
  io("lost", run.lost);
  io("extra", run.extra);
  io("peak", run.peak);
  io("cpu_seconds", run.cpu_seconds);
}

void Fields(auto& io, Of<RowRecord> auto& row) {
  io("requests", row.requests);
  io("concurrency", row.concurrency);
  io("rate", row.rate);
  io("seconds", row.seconds);
  io("skipped", row.skipped);
  io("runs", row.runs);
}

void Fields(auto& io, Of<CaseRecord> auto& record) {
  io("name", record.name);
  io("title", record.title);
  io("setup", record.setup);
  io("setup_title", record.setup_title);
  io("request", record.request);
  io("skipped", record.skipped);
  io("sizes", record.sizes);
  io("versions", record.versions);
  io("commands", record.commands);
  io("broke_off", record.broke_off);
  io("has_modems", record.has_modems);
  io("arrived", record.arrived);
  io("stranded", record.stranded);
  io("repeated", record.repeated);
  io("rows", record.rows);
}

void Fields(auto& io, Of<DeliveryRecord> auto& delivery) {
  io("setup", delivery.setup);
  io("modems", delivery.modems);
  io("modem", delivery.modem);
  io("send_seconds", delivery.send_seconds);
  io("load", delivery.load);
  io("skipped", delivery.skipped);
  io("messages", delivery.messages);
  io("delivered", delivery.delivered);
  io("reported", delivery.reported);
  io("modem_idle", delivery.modem_idle);
  io("answered", delivery.answered);
  io("to_modem", delivery.to_modem);
  io("to_network", delivery.to_network);
  io("to_report", delivery.to_report);
}

void Fields(auto& io, Of<CeilingRecord::Step> auto& step) {
  io("concurrency", step.concurrency);
  io("requests", step.requests);
  io("succeeded", step.succeeded);
  io("peak_connected", step.peak_connected);
  io("seconds", step.seconds);
  io("goodput", step.goodput);
  io("what_failed", step.what_failed);
}

void Fields(auto& io, Of<CeilingRecord> auto& ceiling) {
  io("setup", ceiling.setup);
  io("setup_title", ceiling.setup_title);
  io("skipped", ceiling.skipped);
  io("highest", ceiling.highest);
  io("lowest_failing", ceiling.lowest_failing);
  io("tried", ceiling.tried);
  io("cause", ceiling.cause);
  io("sentence", ceiling.sentence);
  io("evidence", ceiling.evidence);
  io("remedy", ceiling.remedy);
  io("steps", ceiling.steps);
}

void Fields(auto& io, Of<Reproduction::Trial> auto& trial) {
  io("what", trial.what);
  io("command", trial.command);
  io("client_descriptors", trial.client_descriptors);
  io("server_descriptors", trial.server_descriptors);
  io("concurrency", trial.concurrency);
  io("completed", trial.completed);
  io("expected", trial.expected);
  io("words", trial.words);
}

void Fields(auto& io, Of<Reproduction> auto& reproduction) {
  io("url", reproduction.url);
  io("server", reproduction.server);
  io("skipped", reproduction.skipped);
  io("trials", reproduction.trials);
}

void Fields(auto& io, Of<Results> auto& results) {
  io("began", results.began);
  io("took_seconds", results.took_seconds);
  io("command", results.command);
  io("version", results.version);
  io("machine", results.machine);
  io("cases", results.cases);
  io("deliveries", results.deliveries);
  io("ceilings", results.ceilings);
  io("reproduction", results.reproduction);
}

}  // namespace smsweb::bench
