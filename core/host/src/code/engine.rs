use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, component::Component,
};

use crate::grants::Limits;

/// Memories, tables and core instances per component: several times what the SDK's plugins have.
const MEMORIES: u32 = 2;
const TABLES: u32 = 8;
const CORE_INSTANCES: u32 = 32;
/// Elements of one table.
const TABLE_ELEMENTS: usize = 20_000;
/// What stays resident of a slot between two calls, so that the next one does not fault its pages in again; bytes.
const RESIDENT_MEMORY: usize = 256 << 10;
const RESIDENT_STACK: usize = 32 << 10;
const RESIDENT_TABLE: usize = 16 << 10;
/// Stack of a call, and the part of it that WebAssembly may use; bytes.
const STACK: usize = 1 << 20;
const WASM_STACK: usize = 512 << 10;

/// An engine with room for this many calls at the same time.
pub(crate) fn engine(calls: u32) -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(CORE_INSTANCES))
        .total_memories(calls.saturating_mul(MEMORIES))
        .total_tables(calls.saturating_mul(TABLES))
        .total_stacks(calls)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(Limits::MEMORY_CEILING)
        .linear_memory_keep_resident(RESIDENT_MEMORY)
        .async_stack_keep_resident(RESIDENT_STACK)
        .table_keep_resident(RESIDENT_TABLE);

    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .wasm_component_model(true)
        // Plugins are WASI 0.2: what they cannot use needs no bookkeeping per call.
        .concurrency_support(false)
        .epoch_interruption(true)
        .async_stack_size(STACK)
        .max_wasm_stack(WASM_STACK);
    Engine::new(&config)
}

/// Refuses a component that would take the slots of several.
pub(super) fn check_appetite(component: &Component) -> Result<(), String> {
    match component.resources_required() {
        None => Err("it imports whole modules or components, which plugins cannot have".to_owned()),
        Some(needed) if needed.num_memories > MEMORIES => Err(format!(
            "it has {} memories, and a plugin has at most {MEMORIES}",
            needed.num_memories
        )),
        Some(needed) if needed.num_tables > TABLES => Err(format!(
            "it has {} tables, and a plugin has at most {TABLES}",
            needed.num_tables
        )),
        Some(_) => Ok(()),
    }
}
