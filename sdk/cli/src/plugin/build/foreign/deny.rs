//! Makes a component whose functions deny: those that return a result return the error that says so, those that list
//! return nothing, and those that have no way to say no end the call.

use anyhow::Context as _;
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function as Body,
    FunctionSection, Ieee32, Ieee64, MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{
    Function, LiftLowerAbi, ManglingAndAbi, Resolve, Type, TypeDefKind, WasmExport, WasmExportKind,
    WorldId, WorldItem,
};

/// Names of the cases that deny, the clearest first.
const DENIALS: [&str; 3] = ["not-permitted", "access-denied", "access"];
/// Where every kind of answer lies in memory, one after the other, bytes: enough for any of them.
const ANSWER: u32 = 256;
const MANGLING: ManglingAndAbi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);

/// What a function does.
enum Answer {
    /// Nothing comes back.
    Nothing,
    /// The result's error with this case, by its place in memory.
    Error(u8),
    /// An empty list or no value: memory that is zero.
    Empty,
    /// There is no way to say no.
    Trap,
}

/// A component with the exports of this world.
pub(super) fn component(resolve: &Resolve, world: WorldId) -> anyhow::Result<Vec<u8>> {
    let mut module = core_module(resolve, world)?;
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, false)?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .encode()
}

fn core_module(resolve: &Resolve, world: WorldId) -> anyhow::Result<Vec<u8>> {
    let world = resolve.worlds.get(world).context("no such world")?;
    let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    let mut index = 0;
    for (key, item) in &world.exports {
        let WorldItem::Interface { id, .. } = item else {
            continue;
        };
        let interface = resolve.interfaces.get(*id).context("no such interface")?;
        for function in interface.functions.values() {
            let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
            let results: Vec<ValType> = signature.results.iter().copied().map(value_type).collect();
            let name = WasmExport::Func {
                interface: Some(key),
                func: function,
                kind: WasmExportKind::Normal,
            };
            types.ty().function(
                signature.params.iter().copied().map(value_type),
                results.clone(),
            );
            functions.function(index);
            exports.export(
                &resolve.wasm_export_name(MANGLING, name),
                ExportKind::Func,
                index,
            );
            code.function(&body(&answer(resolve, function), results.first().copied()));
            index += 1;
        }
    }
    // Nothing is ever passed in: whoever could pass something would need a handle first, and gets none.
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    functions.function(index);
    code.function(&body(&Answer::Trap, Some(ValType::I32)));
    exports.export("cabi_realloc", ExportKind::Func, index);
    exports.export("memory", ExportKind::Memory, 0);

    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 2,
        maximum: Some(2),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut data = DataSection::new();
    for case in 0..=u8::MAX {
        data.active(0, &place(case), error_bytes(case));
    }
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&memories)
        .section(&exports)
        .section(&code)
        .section(&data);
    Ok(module.finish())
}

/// The error lies behind its discriminant, at 1, 2, 4 or 8 bytes as the result's other case demands: it is at all four.
fn error_bytes(case: u8) -> [u8; 16] {
    std::array::from_fn(|offset| match offset {
        0 => 1,
        1 | 2 | 4 | 8 => case,
        _ => 0,
    })
}

/// Zero is where nothing lies.
fn address(case: u8) -> i32 {
    i32::try_from(ANSWER * (u32::from(case) + 1)).unwrap_or_default()
}

fn place(case: u8) -> ConstExpr {
    ConstExpr::i32_const(address(case))
}

fn answer(resolve: &Resolve, function: &Function) -> Answer {
    let Some(result) = &function.result else {
        return Answer::Nothing;
    };
    match kind(resolve, result) {
        Some(TypeDefKind::Result(result)) => result
            .err
            .as_ref()
            .and_then(|error| denial(resolve, error))
            .map_or(Answer::Trap, Answer::Error),
        Some(TypeDefKind::List(_) | TypeDefKind::Option(_)) => Answer::Empty,
        _ => Answer::Trap,
    }
}

/// The case of an error that denies.
fn denial(resolve: &Resolve, error: &Type) -> Option<u8> {
    let Some(TypeDefKind::Enum(cases)) = kind(resolve, error) else {
        return None;
    };
    let named = |name: &&str| cases.cases.iter().position(|case| case.name == *name);
    u8::try_from(DENIALS.iter().find_map(named)?).ok()
}

/// What a type is, whatever names it goes by.
fn kind<'a>(resolve: &'a Resolve, of: &Type) -> Option<&'a TypeDefKind> {
    let mut of = *of;
    loop {
        let Type::Id(id) = of else { return None };
        match &resolve.types.get(id)?.kind {
            TypeDefKind::Type(next) => of = *next,
            kind => return Some(kind),
        }
    }
}

fn body(answer: &Answer, result: Option<ValType>) -> Body {
    let mut body = Body::new([]);
    let mut code = body.instructions();
    match (answer, result) {
        (Answer::Trap, _) => code.unreachable(),
        (_, None) => &mut code,
        (Answer::Error(case), Some(ValType::I32)) => code.i32_const(address(*case)),
        (_, Some(ValType::I64)) => code.i64_const(0),
        (_, Some(ValType::F32)) => code.f32_const(Ieee32::from(0.0)),
        (_, Some(ValType::F64)) => code.f64_const(Ieee64::from(0.0)),
        (_, Some(_)) => code.i32_const(0),
    };
    code.end();
    body
}

fn value_type(of: WasmType) -> ValType {
    match of {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}
